package dev.brink.exec;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brink.exec.module.ClassPathPackages;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Libraries of npm, as their packages are, in a bundle's node_modules. */
class PackagesTest {
  private static final Sandbox SANDBOX = Sandbox.of(1);

  @AfterAll
  static void close() {
    SANDBOX.close();
  }

  @Test
  void zod() throws IOException {
    assertThat(
            run(
                "import { z } from 'zod';",
                """
                const User = z.object({ name: z.string().min(1), age: z.number().int().optional() });
                const wrong = User.safeParse({ name: '', age: 1.5 });
                return JSON.stringify(User.parse({ name: 'a', more: 1 })) + wrong.error.issues.length;
                """,
                "zod"))
        .isEqualTo("{\"name\":\"a\"}2");
  }

  @Test
  void marked() throws IOException {
    assertThat(
            run(
                "import { marked } from 'marked';",
                "return marked.parse('# Title\\n\\n*text*')",
                "marked"))
        .isEqualTo("<h1>Title</h1>\n<p><em>text</em></p>\n");
  }

  /** Its templates become functions by {@code new Function}. */
  @Test
  void handlebars() throws IOException {
    assertThat(
            run(
                "import Handlebars from 'handlebars/dist/cjs/handlebars.js';",
                "return Handlebars.compile('{{#each list}}<{{this}}>{{/each}}')({ list: [1, '&']"
                    + " })",
                "handlebars"))
        .isEqualTo("<1><&amp;>");
  }

  @Test
  void htmlparser2() throws IOException {
    assertThat(
            run(
                "import { parseDocument, DomUtils } from 'htmlparser2';",
                """
                const document = parseDocument('<ul><li>a<li class="x">b &amp; c</ul>');
                const items = DomUtils.getElementsByTagName('li', document);
                return items.map((li) => DomUtils.textContent(li)).join() + items[1].attribs.class;
                """,
                "htmlparser2",
                "domhandler",
                "domutils",
                "domelementtype",
                "dom-serializer",
                "entities"))
        .isEqualTo("a,b & cx");
  }

  @Test
  void lodashEs() throws IOException {
    assertThat(
            run(
                "import { groupBy, debounce, merge } from 'lodash-es';",
                "return JSON.stringify([groupBy([1.2, 1.7, 2.1], Math.floor), merge({ a: { b: 1 }"
                    + " }, { a: { c: 2 } }), typeof debounce])",
                "lodash-es"))
        .isEqualTo("[{\"1\":[1.2,1.7],\"2\":[2.1]},{\"a\":{\"b\":1,\"c\":2}},\"function\"]");
  }

  @Test
  void dateFns() throws IOException {
    assertThat(
            run(
                "import { addDays, format, differenceInDays } from 'date-fns';",
                "const d = new Date(Date.UTC(2024, 1, 28)); return format(addDays(d, 2),"
                    + " 'yyyy-MM-dd EEEE') + differenceInDays(new Date(Date.UTC(2024, 2, 28)), d)",
                "date-fns"))
        .isEqualTo("2024-03-01 Friday29");
  }

  @Test
  void uuid() throws IOException {
    assertThat(
            run(
                "import { v4, v5, validate, version } from 'uuid';",
                "const id = v4(); return [validate(id), version(id), v5('www.example.com',"
                    + " v5.DNS)].join()",
                "uuid"))
        .isEqualTo("true,4,2ed6657d-e927-568b-95e1-2665a8aea6a2");
  }

  @Test
  void modulesOfNode() throws IOException {
    assertThat(
            run(
                """
                import { Buffer } from 'node:buffer';
                import { EventEmitter } from 'node:events';
                import { inspect, inherits } from 'node:util';
                import path from 'node:path';
                import { randomBytes, timingSafeEqual, randomUUID } from 'node:crypto';
                import events from 'events';
                import nodeEvents from 'node:events';
                import assert, { deepEqual, throws } from 'node:assert';
                """,
                """
                const heard = [];
                const emitter = new EventEmitter();
                emitter.once('x', (value) => heard.push(value));
                emitter.emit('x', 1);
                emitter.emit('x', 2);
                const bytes = randomBytes(70000);
                deepEqual({ a: [1, { b: 2 }] }, { a: [1, { b: 2 }] });
                assert.strictEqual(1, 1);
                throws(() => assert(false, 'not so'), /not so/);
                let name;
                try { assert.deepStrictEqual([1], ['1']); } catch (error) { name = error.name; }
                return [name, events === nodeEvents, Buffer.from('aGk=', 'base64').toString(), heard, path.join('/a', '../b', 'c'),
                  inspect({ a: [1] }), timingSafeEqual(bytes, bytes.slice()), randomUUID().length,
                  typeof inherits, typeof events.once].join(' ');
                """))
        .isEqualTo("AssertionError true hi 1 /b/c { a: [ 1 ] } true 36 function function");
  }

  @Test
  void hashesThatAnswerAtOnce() throws IOException {
    assertThat(
            run(
                """
                import { createHash, createHmac, randomBytes, getHashes } from 'node:crypto';
                import { Buffer } from 'buffer';
                """,
                """
                const hash = createHash('SHA256').update('a').update(Buffer.from('b'));
                const copy = hash.copy().update('63', 'hex');
                const failure = (call) => { try { call(); } catch (error) { return `${error.code} ${error.message}`; } };
                const long = new Uint8Array(3 << 20).fill(7);
                const web = Buffer.from(await crypto.subtle.digest('SHA-512', long)).toString('hex');
                const keyed = { name: 'HMAC', hash: 'SHA-512' };
                const key = await crypto.subtle.importKey('raw', long, keyed, false, ['sign']);
                const signed = Buffer.from(await crypto.subtle.sign('HMAC', key, new Uint8Array(1))).toString('hex');
                return [
                  createHash('md5').update('héllo').digest('hex'),
                  createHash('sha1').update('').digest('base64'),
                  copy.digest('hex') === createHash('sha256').update('abc').digest().toString('hex'),
                  hash.digest('base64url'),
                  createHmac('sha256', 'key').update('message').digest('hex'),
                  createHmac('sha384', '').update(new Uint16Array([1, 2])).digest().length,
                  createHash('sha512').update(long).digest('hex') === web,
                  createHmac('sha512', long).update(new Uint8Array(1)).digest('hex') === signed,
                  failure(() => hash.update('x')), failure(() => createHash('whirl')), failure(() => createHmac('whirl', 'k')),
                  failure(() => createHash('md5').update(1)).split(' ')[0],
                  randomBytes(3).toString('hex').length, getHashes().length,
                  crypto.subtle.timingSafeEqual(new Uint8Array([1]), new Uint8Array([1]).buffer),
                  crypto.subtle.timingSafeEqual(new Uint8Array([1]), new Uint8Array([2])),
                  failure(() => crypto.subtle.timingSafeEqual(new Uint8Array(1), new Uint8Array(2))) !== undefined,
                ].join('\\n');
                """))
        .isEqualTo(
            """
            be50e8478cf24ff3595bc7307fb91b50
            2jmj7l5rSw0yVb/vlWAYkK/YBwk=
            true
            -44g_C5MPySMYMOb1lLzwTRymLuXe4tNWQO4UFViBgM
            6e9ef29b75fffc5b7abae527d58fdadb2fe42e7219011976917343065f58ed4a
            48
            true
            true
            ERR_CRYPTO_HASH_FINALIZED Digest already called
            ERR_OSSL_EVP_UNSUPPORTED Digest method not supported
            ERR_CRYPTO_INVALID_DIGEST Invalid digest: whirl
            ERR_INVALID_ARG_TYPE
            6
            5
            true
            false
            true\
            """);
  }

  @Test
  void contextsThatFollowAsynchronousWork() throws IOException {
    assertThat(
            run(
                """
                import { AsyncLocalStorage, AsyncResource } from 'node:async_hooks';
                import { AsyncLocalStorage as Plain } from 'async_hooks';
                """,
                """
                const store = new AsyncLocalStorage();
                class Job extends AsyncResource {
                  constructor() { super('job'); }
                }
                const job = store.run(1, () => new Job());
                const bound = store.run(2, () => AsyncResource.bind(function (a, b) { return [this.x, a, b, store.getStore()]; }));
                return [
                  Plain === globalThis.AsyncLocalStorage, AsyncLocalStorage === Plain,
                  job.runInAsyncScope(function (a) { return [this.x, a, store.getStore()]; }, { x: 'this' }, 3),
                  bound.length, bound.call({ x: 'that' }, 4, 5), job.bind(() => store.getStore())(),
                  store.getStore(), job.asyncId() > 0, job.emitDestroy() === job,
                ].join(' ');
                """))
        .isEqualTo("true true this,3,1 2 that,4,5,2 1  true true");
  }

  @Test
  @Tag("long")
  void hono() throws IOException {
    assertThat(
            served(
                """
                import { Hono } from 'hono';
                import { cors } from 'hono/cors';
                const app = new Hono();
                app.use('*', cors());
                app.get('/hello/:name', (c) => c.json({ hello: c.req.param('name'), greeting: c.env.GREETING }));
                app.post('/echo', async (c) => c.text(await c.req.text(), 201));
                app.onError((error, c) => c.text(error.message, 500));
                app.get('/fails', () => { throw new Error('caught'); });
                export default app;
                """,
                "hono",
                "/hello/ann?x=1",
                "/nowhere",
                "/fails"))
        .containsExactly(
            "200 {\"hello\":\"ann\",\"greeting\":\"hi\"}", "404 404 Not Found", "500 caught");
  }

  @Test
  @Tag("long")
  void ittyRouter() throws IOException {
    assertThat(
            served(
                """
                import { AutoRouter, error } from 'itty-router';
                const router = AutoRouter();
                router
                  .get('/hello/:name', ({ name }, env) => ({ hello: name, greeting: env.GREETING }))
                  .get('/teapot', () => error(418, 'short'));
                export default router;
                """,
                "itty-router",
                "/hello/bob",
                "/teapot",
                "/nowhere"))
        .containsExactly(
            "200 {\"hello\":\"bob\",\"greeting\":\"hi\"}",
            "418 {\"status\":418,\"error\":\"short\"}",
            "404 {\"status\":404,\"error\":\"Not Found\"}");
  }

  @Test
  @Tag("long")
  void jose() throws IOException {
    assertThat(
            served(
                """
                import { SignJWT, jwtVerify, generateKeyPair, exportJWK, CompactEncrypt, compactDecrypt } from 'jose';
                const secret = new TextEncoder().encode('a secret of thirty-two bytes....');
                const sign = (alg, key) => new SignJWT({ role: 'admin' }).setProtectedHeader({ alg }).setIssuer('me').setExpirationTime('1h').sign(key);
                export default {
                  async fetch() {
                    const own = await jwtVerify(await sign('HS256', secret), secret, { issuer: 'me' });
                    const { publicKey, privateKey } = await generateKeyPair('ES256', { extractable: true });
                    const theirs = await jwtVerify(await sign('ES256', privateKey), publicKey);
                    const jwk = await exportJWK(publicKey);
                    const wrong = await jwtVerify(await sign('ES256', privateKey), secret).catch((error) => error.name);
                    const sealed = await new CompactEncrypt(secret).setProtectedHeader({ alg: 'dir', enc: 'A256GCM' }).encrypt(secret);
                    const { plaintext } = await compactDecrypt(sealed, secret);
                    return new Response([own.payload.role, theirs.protectedHeader.alg, jwk.crv, wrong, plaintext.length].join());
                  },
                };
                """,
                "jose",
                "/"))
        .containsExactly("200 admin,ES256,P-256,TypeError,32");
  }

  /**
   * Status and text of each answer of a function with a package that {@code -Dlong} has installed.
   */
  private static List<String> served(String main, String name, String... paths) throws IOException {
    var modules = new HashMap<String, byte[]>();
    Path folder = Path.of("target", "npm", "node_modules", name);
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.filter(PackagesTest::isSource).toList()) {
        modules.put(
            "node_modules/" + name + "/" + folder.relativize(file), Files.readAllBytes(file));
      }
    }
    modules.put("main.js", main.getBytes(StandardCharsets.UTF_8));
    LoadedFunction function =
        Sandbox.join(
            SANDBOX.runtime.load(
                new FunctionBundle(
                    "test/package",
                    "main.js",
                    modules,
                    Sandbox.LIMITS,
                    Map.of("GREETING", "hi"),
                    Set.of())));
    try {
      return Stream.of(paths)
          .map(path -> SANDBOX.get(function, path).end())
          .map(answered -> answered.status() + " " + answered.text())
          .toList();
    } finally {
      function.close();
    }
  }

  private static boolean isSource(Path file) {
    return file.toString().matches(".*\\.(?:m?js|json)");
  }

  private static String run(String imports, String script, String... packages) throws IOException {
    var folders = new HashMap<String, String>();
    for (String name : packages) {
      folders.put(name, "/META-INF/resources/webjars/" + name + "/" + version(name));
    }
    var modules = new HashMap<>(ClassPathPackages.read(folders));
    String main =
        imports
            + "\nexport default { async fetch() { return new Response(await (async () => {"
            + script
            + "})()) } }";
    modules.put("main.js", main.getBytes(StandardCharsets.UTF_8));
    FunctionBundle bundle =
        new FunctionBundle("test/package", "main.js", modules, Sandbox.LIMITS, Map.of(), Set.of())
            .withEval();
    LoadedFunction function = Sandbox.join(SANDBOX.runtime.load(bundle));
    try {
      return SANDBOX.get(function, "/").end().text();
    } finally {
      function.close();
    }
  }

  private static String version(String name) throws IOException {
    String path = "/META-INF/maven/org.webjars.npm/" + name + "/pom.properties";
    try (InputStream in = PackagesTest.class.getResourceAsStream(path)) {
      var properties = new Properties();
      properties.load(in);
      return properties.getProperty("version");
    }
  }
}
