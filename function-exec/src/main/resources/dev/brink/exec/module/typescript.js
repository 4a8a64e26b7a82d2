// Takes the types out of TypeScript, and says of what it can't do instead of leaving it out.
import { transform } from 'sucrase';
import { parse } from 'sucrase/dist/esm/parser';
import { ContextualKeyword } from 'sucrase/dist/esm/parser/tokenizer/keywords';
import { TokenType } from 'sucrase/dist/esm/parser/tokenizer/types';

const { _declare, _global, _module, _namespace, _as } = ContextualKeyword;
const MAY_BE_UNSUPPORTED =
  /\b(?:namespace|module)\b|\bimport\b[^'"]*?=|\bexport\s*(?:=|import\b|as\b)/;

function strip(path, code) {
  return transform(code, {
    transforms: ['typescript'],
    disableESTransforms: true,
    preserveDynamicImport: true,
    filePath: path,
  }).code;
}

function tokensOf(code) {
  return parse(code, false, true, false).tokens;
}

/** Whether something is left of it at run time. */
function hasValues(path, code) {
  return tokensOf(strip(path, code)).some(
    (token) => token.type !== TokenType.semi && token.type !== TokenType.eof,
  );
}

/** The index of the brace that closes the one at this index. */
function closing(tokens, open) {
  let depth = 0;
  for (let i = open; i < tokens.length; i++) {
    const { type } = tokens[i];
    if (type === TokenType.braceL || type === TokenType.dollarBraceL) depth++;
    if (type === TokenType.braceR && --depth === 0) return i;
  }
  return tokens.length - 1;
}

/** The index of the brace that opens the block of the namespace at this index; -1: there is none. */
function blockOf(tokens, index) {
  let i = index + 1;
  while (tokens[i]?.type === TokenType.name && tokens[i + 1]?.type === TokenType.dot) i += 2;
  const named = tokens[i]?.type === TokenType.name || tokens[i]?.type === TokenType.string;
  return named && tokens[i + 1]?.type === TokenType.braceL ? i + 1 : -1;
}

/** What of some code can't be done, and where; undefined: nothing. */
function unsupported(path, code) {
  const tokens = tokensOf(code);
  let left;
  for (let i = 0; i < tokens.length; i++) {
    const { type, contextualKeyword: word, isType, start } = tokens[i];
    const next = tokens[i + 1];
    if (word === _declare && isType && next?.contextualKeyword === _global) {
      i = closing(tokens, i + 2);
    } else if (isType && (word === _namespace || word === _module)) {
      const open = blockOf(tokens, i);
      if (open < 0) continue;
      const close = closing(tokens, open);
      const ambient =
        tokens[i - 1]?.contextualKeyword === _declare || next.type === TokenType.string;
      if (!ambient) {
        const body = tokens[open].end;
        const inner = code.slice(body, tokens[close].start);
        if (hasValues(path, inner)) {
          return ["a namespace with values is not supported: use a module's exports", start];
        }
        const nested = unsupported(path, inner);
        if (nested) return [nested[0], body + nested[1]];
      }
      i = close;
    } else if (type === TokenType._export && next?.type === TokenType.eq) {
      return ['"export =" is not supported: use "export default"', start];
    } else if (type === TokenType._export && next?.type === TokenType._import) {
      return ['"export import" is not supported: use "export const"', start];
    } else if (
      type === TokenType._export &&
      next?.contextualKeyword === _as &&
      tokens[i + 2]?.contextualKeyword === _namespace
    ) {
      return ['"export as namespace" is not supported: use "export"', start];
    } else if (
      type === TokenType._import &&
      tokens[i + 2]?.type === TokenType.eq &&
      code.slice(tokens[i + 3]?.start, tokens[i + 4]?.end).startsWith('require') &&
      tokens[i + 4]?.type === TokenType.parenL
    ) {
      const name = code.slice(next.start, next.end);
      // Nothing is left of it where it is used as a type alone.
      left ??= requiredBy(strip(path, code));
      if (left.has(name)) {
        return ['"import = require()" is not supported: use "import … from"', start];
      }
    }
  }
  return undefined;
}

/** The names that are constants made by a call of "require". */
function requiredBy(code) {
  const tokens = tokensOf(code);
  const names = new Set();
  tokens.forEach(({ type }, i) => {
    if (
      type === TokenType._const &&
      tokens[i + 2]?.type === TokenType.eq &&
      code.slice(tokens[i + 3].start, tokens[i + 3].end) === 'require'
    ) {
      names.add(code.slice(tokens[i + 1].start, tokens[i + 1].end));
    }
  });
  return names;
}

export default (path, code) => {
  const stripped = strip(path, code);
  const flaw = MAY_BE_UNSUPPORTED.test(code) ? unsupported(path, code) : undefined;
  if (flaw) {
    const before = code.slice(0, flaw[1]).split('\n');
    throw new Error(
      `Error transforming ${path}: ${flaw[0]} (${before.length}:${before.at(-1).length + 1})`,
    );
  }
  return stripped;
};
