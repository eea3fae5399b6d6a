// node run_notebook.mjs PYODIDE NOTEBOOK RESULT ARCHIVE...: run a notebook's cells in Pyodide.
// The archives are wheels, unpacked in place of what a browser would fetch.
import { readFileSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";

const [folder, notebook, result, ...archives] = process.argv.slice(2);
const here = resolve(folder) + "/";
const { loadPyodide } = await import(pathToFileURL(here + "pyodide.mjs"));
const python = await loadPyodide({ indexURL: here });
const quiet = { messageCallback: () => {} };
await python.loadPackage(["ipython", "matplotlib", "numpy", "pillow", "scipy"], quiet);
for (const archive of archives) {
  python.unpackArchive(new Uint8Array(readFileSync(archive)), "wheel");
}
python.globals.set("NOTEBOOK", readFileSync(notebook, "utf8"));
const program = readFileSync(new URL("run_cells.py", import.meta.url), "utf8");
writeFileSync(result, await python.runPythonAsync(program));
