// In the place of a module that a package does without where there is no Node: an empty CommonJS one.
export default {};
export const $commonjs = true;
