package dev.brink.exec;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.brink.exec.zip.ByteCodec;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicLong;
import java.util.zip.DataFormatException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is fetched and comes encoded: decoded for who reads it, and passed on as it came. */
class ContentEncodingTest {
  private static final String TEXT = "{\"say\": \"" + "hällo ".repeat(20_000) + "\"}";
  private static final byte[] PLAIN = TEXT.getBytes(StandardCharsets.UTF_8);
  private static final Map<String, Kept> KEPT = new ConcurrentHashMap<>();
  private static final AtomicLong SENT = new AtomicLong();
  private static final Sandbox SANDBOX = Sandbox.of(ContentEncodingTest::answer);

  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Kept(int status, String coding, byte[] bytes, int part) {}

  @BeforeAll
  static void keep() throws Exception {
    byte[] gzip = encoded("gzip", PLAIN);
    keep("gzip", "gzip", gzip);
    keep("x-gzip", "X-GZIP", gzip);
    keep("deflate", "deflate", encoded("deflate", PLAIN));
    keep("raw", "deflate", encoded("deflate-raw", PLAIN));
    keep("br", "br", encoded("brotli", PLAIN));
    keep("two", "deflate, gzip", encoded("gzip", encoded("deflate", PLAIN)));
    keep(
        "four",
        "gzip, identity, gzip,br,deflate",
        encoded("deflate", encoded("brotli", encoded("gzip", gzip))));
    byte[] half = Arrays.copyOf(PLAIN, PLAIN.length / 2);
    byte[] rest = Arrays.copyOfRange(PLAIN, PLAIN.length / 2, PLAIN.length);
    keep("members", "gzip", joined(encoded("gzip", half), encoded("gzip", rest)));
    KEPT.put("bytes", new Kept(200, "gzip", gzip, 1));
    KEPT.put("part", new Kept(206, "gzip", gzip, 100));
    keep("unknown", "gzip, zstd", PLAIN);
    keep("many", "gzip, gzip, gzip, gzip, gzip", PLAIN);
    keep("empty", "gzip", new byte[0]);
    keep("truncated", "gzip", Arrays.copyOf(gzip, gzip.length - 9));
    keep("no-gzip", "gzip", PLAIN);
    byte[] wrong = gzip.clone();
    wrong[gzip.length - 6] ^= 1;
    keep("corrupt", "gzip", wrong);
    keep("truncated-br", "br", Arrays.copyOf(encoded("brotli", PLAIN), 40));
    byte[] zeros = encoded("gzip", new byte[200 << 20]);
    keep("bomb", "gzip", zeros);
    keep(
        "nothing",
        "gzip, gzip",
        encoded("gzip", repeated(encoded("gzip", new byte[0]), 3_000_000)));
    byte[] none = repeated(encoded("gzip", new byte[0]), 200_000);
    KEPT.put("empty-members", new Kept(200, "gzip", none, none.length));
  }

  private static void keep(String name, String coding, byte[] bytes) {
    KEPT.put(name, new Kept(200, coding, bytes, 1_000));
  }

  private static Kept kept(String name) {
    return requireNonNull(KEPT.get(name), name);
  }

  @AfterAll
  static void close() {
    SANDBOX.close();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"gzip", "x-gzip", "deflate", "raw", "br", "two", "four", "members", "bytes"})
  void everyWayToReadABodyDecodesIt(String name) {
    assertThat(
            SANDBOX.eval(
                """
                const text = await (await fetch('http://o/%1$s')).text();
                const get = () => fetch('http://o/%1$s');
                const same = async (other) => { if (await other !== text) throw new Error(`other: ${await other}`); };
                const decode = (bytes) => new TextDecoder().decode(bytes);
                await same(JSON.stringify(await (await get()).json()).replace(':', ': '));
                await same(decode(await (await get()).arrayBuffer()));
                await same(decode(await (await get()).bytes()));
                await same((await (await get()).blob()).text());
                await same(new Response((await get()).body).text());
                await same(new Response((await get()).body.pipeThrough(new TransformStream())).text());
                const [one, two] = (await get()).body.tee();
                await same(new Response(one).text());
                await same(new Response(two).text());
                const first = await get();
                const second = first.clone();
                await same(second.text());
                await same(first.text());
                const reader = (await get()).body.getReader({ mode: 'byob' });
                let all = '';
                const decoder = new TextDecoder();
                for (;;) {
                  const { done, value } = await reader.read(new Uint8Array(5000));
                  if (done) break;
                  all += decoder.decode(value, { stream: true });
                }
                await same(all);
                return text;
                """
                    .formatted(name)))
        .isEqualTo(TEXT);
  }

  @Test
  void throughAServiceItIsTheSame() {
    LoadedFunction function =
        SANDBOX.handler(
            "const r = await env.API.fetch('http://o/br'); return new Response(await r.text());");
    Answered answer = SANDBOX.get(function, "/").end();
    assertThat(answer.text()).isEqualTo(TEXT);
  }

  @Test
  void whatIsNotTouchedIsPassedOnAsItCame() {
    for (String way :
        new String[] {
          "return r",
          "return new Response(r.body, r)",
          "const h = new Headers(r.headers); h.set('x-b', 'c'); return new Response(r.body, {"
              + " headers: h })",
          "return new Response(r.body, { headers: Object.fromEntries(r.headers) })",
          "return new Response(r.body, { headers: { 'content-encoding': 'GZIP' } })",
        }) {
      LoadedFunction function =
          SANDBOX.handler("const r = await fetch('http://o/gzip', request); " + way);
      Answered answer = SANDBOX.get(function, "/").end();
      assertThat(answer.bytes()).as(way).isEqualTo(kept("gzip").bytes());
      assertThat(answer.head().headers().getAll("content-encoding"))
          .as(way)
          .singleElement()
          .asString()
          .isEqualToIgnoringCase("gzip");
    }
  }

  @Test
  void whatIsReadIsSentWithoutTheHeader() {
    for (String way :
        new String[] {
          "return new Response(await r.text(), r)",
          "return new Response((await r.text()).replace('never', ''), { headers: r.headers })",
          "return new Response(r.body.pipeThrough(new TransformStream()), r)",
          "r.clone(); return r",
          "return new Response(r.clone().body, r)",
          "const t = await r.text(); return new Response(t, { headers: [...r.headers] })",
        }) {
      LoadedFunction function = SANDBOX.handler("const r = await fetch('http://o/two'); " + way);
      Answered answer = SANDBOX.get(function, "/").end();
      assertThat(answer.text()).as(way).isEqualTo(TEXT);
      assertThat(answer.head().headers().contains("content-encoding")).as(way).isFalse();
      assertThat(answer.head().headers().get("x-a")).as(way).isEqualTo("b");
    }
  }

  /** The bytes are then what the function says they are. */
  @Test
  void whatAFunctionMakesIsSentAsItIs() {
    LoadedFunction function =
        SANDBOX.handler(
            """
            const bytes = await (await fetch('http://o/gzip')).arrayBuffer();
            const packed = new Response(bytes).body.pipeThrough(new CompressionStream('gzip'));
            const all = await new Response(packed).arrayBuffer();
            return new Response(all, { headers: { 'content-encoding': 'gzip' } });
            """);
    Answered answer = SANDBOX.get(function, "/").end();
    assertThat(answer.head().headers().get("content-encoding")).isEqualTo("gzip");
    assertThat(answer.bytes()).startsWith(0x1f, 0x8b);
  }

  @ParameterizedTest
  @CsvSource({"unknown,'gzip, zstd'", "part,gzip", "many,'gzip, gzip, gzip, gzip, gzip'"})
  void whatCannotBeDecodedIsLeftAsItIs(String name, String coding) {
    LoadedFunction function =
        SANDBOX.handler(
            "const r = await fetch('http://o/"
                + name
                + "'); return new Response(await r.arrayBuffer(),"
                + " {headers: {'x-coding': r.headers.get('content-encoding')}})");
    Answered answer = SANDBOX.get(function, "/").end();
    assertThat(answer.head().headers().get("x-coding")).isEqualTo(coding);
    assertThat(answer.bytes()).isEqualTo(kept(name).bytes());
  }

  @Test
  void nothingIsNothing() {
    assertThat(SANDBOX.eval("return `[${await (await fetch('http://o/empty')).text()}]`"))
        .isEqualTo("[]");
  }

  @ParameterizedTest
  @ValueSource(strings = {"truncated", "no-gzip", "corrupt", "truncated-br"})
  void whatIsWrongIsATypeError(String name) {
    assertThat(
            SANDBOX.eval(
                """
                const errors = [];
                for (const read of [(r) => r.text(), (r) => r.arrayBuffer(), async (r) => {
                  for await (const _ of r.body);
                }]) {
                  await read(await fetch('http://o/%s')).then(
                    () => errors.push('none'), (e) => errors.push(e.name, e.message.includes('content-encoding')));
                }
                return errors.join();
                """
                    .formatted(name)))
        .isEqualTo("TypeError,true,TypeError,true,TypeError,true");
  }

  @Test
  void aBombIsNoMoreThanABodyMayBe() {
    assertThat(
            SANDBOX.eval(
                """
                const wrong = [];
                for (const read of ['text', 'bytes', 'json']) {
                  await (await fetch('http://o/bomb'))[read]().catch((e) => wrong.push(`${e}`));
                }
                return wrong.join('\\n');
                """))
        .isEqualTo(
            """
            TypeError: the body is larger than 16777216 bytes: read it as a stream
            TypeError: the body is larger than 33554432 bytes: read it as a stream
            TypeError: the body is larger than 16777216 bytes: read it as a stream\
            """);
  }

  @Test
  void aBombThatIsReadAsAStreamIsReadNoFasterThanItIsWanted() {
    SENT.set(0);
    assertThat(
            SANDBOX.eval(
                """
                const reader = (await fetch('http://o/bomb')).body.getReader();
                const { value } = await reader.read();
                await new Promise((resolve) => setTimeout(resolve, 100));
                await reader.cancel();
                return value.byteLength;
                """))
        .isEqualTo("32768");
    assertThat(SENT.get()).isLessThan(20_000);
  }

  /** Three million empty members, twice compressed: no output, and much to do. */
  @Test
  void whatExpandsIntoNothingHasItsTimeLimited() {
    var limits =
        new FunctionLimits(
            Duration.ofMillis(200), Duration.ofSeconds(30), 64L << 20, 1L << 40, 1L << 40, 64);
    LoadedFunction function =
        SANDBOX.load(
            "export default { async fetch() {"
                + " return new Response(await (await fetch('http://o/nothing')).text()) } }",
            limits);
    assertThat(SANDBOX.get(function, "/").failure().code())
        .isEqualTo(FunctionException.Code.CPU_LIMIT);
    assertThat(SANDBOX.runtime.load().abandonedLanes()).isZero();
  }

  @Test
  void manyEmptyMembersInOnePieceTakeNoLongerThanTheyAreLong() {
    assertThat(
            SANDBOX.eval(
                "return '<' + await (await fetch('http://o/empty-members')).text() + '>';"))
        .isEqualTo("<>");
  }

  @Test
  void manyAtOnceWaitForDecoders() {
    assertThat(
            SANDBOX.eval(
                """
                const all = await Promise.all(Array.from({ length: 12 }, async () => (await fetch('http://o/br')).text()));
                return all.map((text) => text.length).join();
                """))
        .isEqualTo((TEXT.length() + ",").repeat(11) + TEXT.length());
  }

  /** What a client says is passed on, if it says nothing too. */
  @Test
  void whatAFunctionAsksForItselfMayComeEncoded() {
    assertThat(
            SANDBOX.eval(
                """
                const asked = [];
                for (const init of [
                  {}, { headers: { 'accept-encoding': 'br' } }, { headers: { range: 'bytes=0-1' } }, { headers: request.headers },
                  { headers: new Headers(new Request('http://o/', request).headers) },
                ]) asked.push(await (await fetch('http://o/asked', init)).text());
                asked.push(await (await fetch('http://o/asked', request)).text());
                asked.push(await (await env.API.fetch('http://o/asked')).text());
                return asked.join('|');
                """))
        .isEqualTo("gzip, deflate|br|null|null|null|null|null");
  }

  @ParameterizedTest
  @CsvSource(
      nullValues = "none",
      value = {
        "none,false",
        "'br, GZIP;q=0.5, deflate',true",
        "'gzip;q=0, deflate',false",
        "gzip,false"
      })
  void itIsPassedOnToWhoUnderstandsIt(@Nullable String accepted, boolean passed) {
    LoadedFunction function = SANDBOX.handler("return fetch('http://o/two')");
    HttpRequest request = Sandbox.request(HttpMethod.GET, "/");
    if (accepted != null) {
      request.headers().set("accept-encoding", accepted);
    }
    Answered answer = SANDBOX.send(function, request, null).end();
    assertThat(answer.head().headers().contains("content-encoding")).isEqualTo(passed);
    assertThat(answer.bytes()).isEqualTo(passed ? kept("two").bytes() : PLAIN);
  }

  @Test
  void whatIsSentOnIsWhatIsRead() {
    assertThat(
            SANDBOX.eval(
                """
                const { body } = await fetch('http://o/gzip');
                return (await fetch('http://o/echo', { method: 'POST', body, duplex: 'half' })).text();
                """))
        .isEqualTo(TEXT);
  }

  private static Subrequests.Cancellable answer(
      Subrequests.Subrequest asked, Subrequests.Listener listener) {
    String uri = asked.request().uri();
    String name = uri.substring(uri.lastIndexOf('/') + 1);
    Flow.Publisher<ByteBuf> body = asked.body();
    if (name.equals("echo") && body != null) {
      listener.onResponse(
          new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK), body);
      return () -> {};
    }
    if (name.equals("asked")) {
      String said = String.valueOf(asked.request().headers().get("accept-encoding"));
      listener.onResponse(
          new DefaultFullHttpResponse(
              HttpVersion.HTTP_1_1,
              HttpResponseStatus.OK,
              Unpooled.copiedBuffer(said, StandardCharsets.UTF_8)),
          null);
      return () -> {};
    }
    Kept kept = kept(name);
    HttpResponse head =
        new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.valueOf(kept.status()));
    head.headers()
        .set("content-encoding", kept.coding())
        .set("content-length", kept.bytes().length)
        .set("x-a", "b");
    listener.onResponse(head, new Parts(kept.bytes(), kept.part()));
    return () -> {};
  }

  /** Bytes in parts, each when it is asked for. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Parts(byte[] bytes, int part) implements Flow.Publisher<ByteBuf> {
    @Override
    public void subscribe(Flow.Subscriber<? super ByteBuf> to) {
      to.onSubscribe(
          new Flow.Subscription() {
            private int at;
            private long wanted;
            private boolean sending;
            private boolean over;

            @Override
            public synchronized void request(long n) {
              wanted += n;
              if (sending) {
                return;
              }
              sending = true;
              while (wanted > 0 && !over && at < bytes.length) {
                int length = Math.min(part, bytes.length - at);
                at += length;
                wanted--;
                SENT.addAndGet(length);
                to.onNext(Unpooled.copiedBuffer(bytes, at - length, length));
              }
              sending = false;
              if (at == bytes.length && !over) {
                over = true;
                to.onComplete();
              }
            }

            @Override
            public synchronized void cancel() {
              over = true;
            }
          });
    }
  }

  private static byte[] encoded(String format, byte[] plain) throws DataFormatException {
    var out = new ByteArrayOutputStream();
    try (ByteCodec codec = ByteCodec.of(format, true)) {
      codec.feed(plain);
      drain(codec, out);
      codec.finish();
      drain(codec, out);
    }
    return out.toByteArray();
  }

  private static void drain(ByteCodec codec, ByteArrayOutputStream to) throws DataFormatException {
    for (byte[] piece = codec.next(); piece != null; piece = codec.next()) {
      to.writeBytes(piece);
    }
  }

  private static byte[] joined(byte[]... all) {
    var out = new ByteArrayOutputStream();
    for (byte[] one : all) {
      out.writeBytes(one);
    }
    return out.toByteArray();
  }

  private static byte[] repeated(byte[] one, int times) {
    var out = new ByteArrayOutputStream(one.length * times);
    for (int i = 0; i < times; i++) {
      out.writeBytes(one);
    }
    return out.toByteArray();
  }
}
