// Turns a posted Markdown document into HTML that is safe to show: HTML in the document is shown as
// text, and links lead to the web, to mail addresses or within the site.
import { Marked, Renderer } from './marked.esm.js';

const ENTITIES = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

function escaped(text) {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character]);
}

// A browser decodes entities before it looks for a scheme, so "&" counts as a colon does.
function isSafe(url) {
  return /^(?:https?:|mailto:|[^:&]*(?:[/?#]|$))/i.test(url);
}

const marked = new Marked({
  gfm: true,
  renderer: {
    html({ text }) {
      return escaped(text);
    },
    link({ href, tokens }) {
      return isSafe(href) ? false : this.parser.parseInline(tokens);
    },
    image(image) {
      // The library leaves quotes in the text of an image as they are; entities are right already.
      const text = this.parser.parseInline(image.tokens, this.parser.textRenderer);
      const alt = text.replace(/[<>"]/g, (character) => ENTITIES[character]);
      const shown = { ...image, text: alt, tokens: undefined };
      return isSafe(image.href) ? Renderer.prototype.image.call(this, shown) : alt;
    },
    text({ text, escaped: raw }) {
      // Behind what looks like <script> or <pre> the library takes text for HTML.
      return raw ? escaped(text) : false;
    },
  },
});

export default {
  async fetch(request) {
    if (request.method !== 'POST') {
      return new Response('POST a Markdown document.\n', { status: 405, headers: { allow: 'POST' } });
    }
    const html = marked.parse(await request.text());
    return new Response(html, { headers: { 'content-type': 'text/html; charset=utf-8' } });
  },
};
