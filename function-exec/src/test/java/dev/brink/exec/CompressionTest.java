package dev.brink.exec;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CompressionTest {
  private static final Sandbox SANDBOX = Sandbox.of(1);

  @AfterAll
  static void close() {
    SANDBOX.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"gzip", "deflate", "deflate-raw"})
  void whatWasCompressedComesBack(String format) {
    assertThat(
            SANDBOX.eval(
                """
                const text = 'to be compressed, '.repeat(20000);
                const through = (body, stream) => new Response(new Response(body).body.pipeThrough(stream));
                const small = await through(text, new CompressionStream('%1$s')).bytes();
                const again = await through(small, new DecompressionStream('%1$s')).text();
                return (again === text) + ' ' + (small.length < 2000);
                """
                    .formatted(format)))
        .isEqualTo("true true");
  }

  @Test
  void javaReadsWhatAFunctionWroteAndBack() throws IOException {
    String written =
        SANDBOX.eval(
            "const s = new Response('written by a function').body.pipeThrough(new"
                + " CompressionStream('gzip')); return (await new Response(s).bytes()).toBase64()");
    var in = new GZIPInputStream(new ByteArrayInputStream(Base64.getDecoder().decode(written)));
    assertThat(new String(in.readAllBytes(), StandardCharsets.UTF_8))
        .isEqualTo("written by a function");

    var out = new ByteArrayOutputStream();
    try (var gzip = new GZIPOutputStream(out)) {
      gzip.write("written by Java".getBytes(StandardCharsets.UTF_8));
    }
    assertThat(
            SANDBOX.eval(
                "const bytes = Uint8Array.fromBase64('"
                    + Base64.getEncoder().encodeToString(out.toByteArray())
                    + "'); return new Response(new Response(bytes).body.pipeThrough(new"
                    + " DecompressionStream('gzip'))).text()"))
        .isEqualTo("written by Java");
  }

  /** 64 MiB of zeros are 64 KiB compressed; a reader that takes one piece gets one piece. */
  @Test
  void aBombGoesOffOnlyAsFarAsItIsRead() {
    assertThat(
            SANDBOX.eval(
                """
                const zeros = new ReadableStream({
                  start() { this.left = 64 },
                  pull(c) { if (this.left-- > 0) c.enqueue(new Uint8Array(1 << 20)); else c.close(); },
                });
                const bomb = await new Response(zeros.pipeThrough(new CompressionStream('gzip'))).bytes();
                const reader = new Response(bomb).body.pipeThrough(new DecompressionStream('gzip')).getReader();
                const { value } = await reader.read();
                await reader.cancel();
                return (bomb.length < 100000) + ' ' + value.length;
                """))
        .isEqualTo("true 32768");
  }

  @Test
  void malformedDataIsATypeError() {
    assertThat(
            SANDBOX.eval(
                """
                const tried = [];
                for (const [format, bytes] of [['gzip', [1, 2, 3]], ['deflate', [0x78, 0x9c, 1]],
                    ['deflate-raw', [3, 0, 9]]]) {
                  try {
                    await new Response(new Response(new Uint8Array(bytes)).body.pipeThrough(
                      new DecompressionStream(format))).bytes();
                  } catch (e) {
                    tried.push(e.name);
                  }
                }
                return tried.join();
                """))
        .isEqualTo("TypeError,TypeError,TypeError");
  }
}
