// What the package object.assign is for where Object.assign is not there.
export default () => Object.assign;
export const $commonjs = true;
