#!/usr/bin/env node
// The command's entry. It is written so that an old Node can parse it and is told what is missing; nothing else loads
// before that.
const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);

if (major < 22 || (major === 22 && minor < 18)) {
  process.stderr.write(
    `error: tidemark needs Node.js 22.18 or later, this is ${process.versions.node}\n` +
      `Install a current one from https://nodejs.org, or use another for once: npx -p node@24 node ${process.argv[1]}\n`,
  );
  process.exitCode = 2;
} else {
  import("./program.ts").then(({ runProgram }) => runProgram(process.argv));
}
