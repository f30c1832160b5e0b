// Loader hooks. A plan is an ES module wherever it lies: in a folder whose package.json does not say so, or that has
// none, Node would take its TypeScript for CommonJS and load a second copy of this project beside the first.

const typescript = (url) => url.startsWith("file:") && /\.ts(?:[?#]|$)/.test(url);

export async function resolve(specifier, context, next) {
  const found = await next(specifier, context);
  return typescript(found.url) ? { ...found, format: "module" } : found;
}

export async function load(url, context, next) {
  return next(url, typescript(url) ? { ...context, format: "module" } : context);
}
