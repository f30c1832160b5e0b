// The policy host requires CommonJS; what it awaits is the module that brings the loader of TypeScript.
module.exports = import("./main.mjs");
