import { open, stat } from "node:fs/promises";
import { dirname } from "node:path";

/**
 * Creates a file. If root creates it, the file belongs to the owner of its folder, so that a service that runs as that user can
 * use it. Existing files and links are left alone, because the folder's owner could otherwise obtain any file through a link.
 * @throws Error EEXIST if the file exists
 */
export async function createForFolderOwner(path: string, text: string, mode = 0o666): Promise<void> {
  const file = await open(path, "wx", mode);
  try {
    if (process.getuid?.() === 0) {
      const { uid, gid } = await stat(dirname(path));
      await file.chown(uid, gid);
    }
    await file.writeFile(text);
  } finally {
    await file.close();
  }
}
