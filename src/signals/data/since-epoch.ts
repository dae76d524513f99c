/** Range of seconds since 1970, for times from 1998 to 2103. */
export const sinceEpoch = { from: 9e8, to: 4.2e9 } as const;
