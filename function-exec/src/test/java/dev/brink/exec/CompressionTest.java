package dev.brink.exec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.aayushatharva.brotli4j.decoder.Decoder;
import com.aayushatharva.brotli4j.encoder.Encoder;
import dev.brink.exec.zip.ByteCodec;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import java.util.zip.DataFormatException;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CompressionTest {
  private static final Sandbox SANDBOX = Sandbox.of(1);

  private static final List<String> LEFT_BY_OTHERS = libraryFiles();

  @BeforeAll
  static void loadBrotliAsAFunctionDoes() {
    assertThat(ByteCodec.has("brotli")).isTrue();
  }

  private static List<String> libraryFiles() {
    return Arrays.stream(new File(System.getProperty("java.io.tmpdir")).list())
        .filter(name -> name.startsWith("brink-brotli") || name.contains("_brotli4j_"))
        .toList();
  }

  @AfterAll
  static void close() {
    SANDBOX.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"gzip", "deflate", "deflate-raw", "brotli"})
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

  /** Of sizes at which the trailer has room in the last piece, just so or not at all. */
  @Test
  void gzipOfAnySizeIsWhole() throws Exception {
    var random = new Random(1);
    for (int size = 0;
        size < 36_000;
        size += size < 100 || (size > 32_650 && size < 32_800) ? 1 : 97) {
      byte[] noise = new byte[size];
      random.nextBytes(noise);
      for (int step : new int[] {size + 1, 7_000, size < 100 ? 1 : 20_000}) {
        byte[] written = gzip(noise, step);
        var in = new GZIPInputStream(new ByteArrayInputStream(written));
        assertThat(in.readAllBytes()).as("%d bytes by %d", size, step).isEqualTo(noise);
      }
    }
  }

  private static byte[] gzip(byte[] bytes, int step) throws DataFormatException {
    var out = new ByteArrayOutputStream();
    try (ByteCodec codec = ByteCodec.of("gzip", true)) {
      for (int from = 0; from < bytes.length; from += step) {
        codec.feed(Arrays.copyOfRange(bytes, from, Math.min(bytes.length, from + step)));
        drain(codec, out);
        assertThat(codec.over()).isFalse();
      }
      codec.finish();
      drain(codec, out);
      assertThat(codec.over()).isTrue();
    }
    return out.toByteArray();
  }

  private static void drain(ByteCodec codec, ByteArrayOutputStream out) throws DataFormatException {
    for (byte[] piece = codec.next(); piece != null; piece = codec.next()) {
      assertThat(piece).hasSizeBetween(1, ByteCodec.PIECE_BYTES);
      out.writeBytes(piece);
    }
  }

  /** But for a zlib header, which comes at once. */
  @Test
  void littleIsOnePieceAndNothingIsAWholeFileToo() {
    assertThat(
            SANDBOX.eval(
                """
                const said = [];
                for (const format of ['gzip', 'deflate', 'deflate-raw', 'brotli']) {
                  for (const text of ['', 'little']) {
                    const stream = new CompressionStream(format);
                    const writer = stream.writable.getWriter();
                    if (text !== '') writer.write(new TextEncoder().encode(text));
                    writer.close();
                    const pieces = await Array.fromAsync(stream.readable);
                    const back = new Response(new Blob(pieces).stream().pipeThrough(new DecompressionStream(format)));
                    said.push(await back.text() + (format === 'deflate' || pieces.length));
                  }
                }
                return said.join();
                """))
        .isEqualTo("1,little1,true,littletrue,1,little1,1,little1");
  }

  /** What another encoder made, with a window of another size. */
  @Test
  void brotliOfOthersIsRead() throws IOException {
    byte[] text = "to be read elsewhere, ".repeat(100_000).getBytes(StandardCharsets.UTF_8);
    byte[] coded = Encoder.compress(text, Encoder.Parameters.create(11, 24));

    assertThat(
            SANDBOX.eval(
                """
                const bytes = Uint8Array.fromBase64('%s');
                const parts = new ReadableStream({ start(c) {
                  for (const byte of bytes) c.enqueue(new Uint8Array([byte]));
                  c.close();
                } });
                const text = await new Response(parts.pipeThrough(new DecompressionStream('brotli'))).text();
                return text.length + text.slice(-11);
                """
                    .formatted(Base64.getEncoder().encodeToString(coded))))
        .isEqualTo("2200000elsewhere, ");
  }

  @Test
  void othersReadTheBrotliOfAFunction() throws IOException {
    String written =
        SANDBOX.eval(
            """
            const noise = crypto.getRandomValues(new Uint8Array(65536)).toBase64();
            const s = new Response(noise + noise).body.pipeThrough(new CompressionStream('brotli'));
            return noise + ' ' + (await new Response(s).bytes()).toBase64();
            """);
    String[] parts = written.split(" ", 2);
    byte[] back = Decoder.decompress(Base64.getDecoder().decode(parts[1])).getDecompressedData();
    assertThat(new String(back, StandardCharsets.UTF_8)).isEqualTo(parts[0] + parts[0]);
  }

  /** The library's file was of use only to load it. */
  @Test
  void noLibraryIsLeftInAFile() {
    assertThat(libraryFiles()).isEqualTo(LEFT_BY_OTHERS);
  }

  /** What an invocation forgot to close is closed when it ends, and is not missing later. */
  @Test
  void brotliIsBoundedInAnInvocationAndGivenBackAfterIt() {
    for (int i = 0; i < 12; i++) {
      assertThat(
              SANDBOX.eval(
                  """
                  const open = [];
                  for (let i = 0; i < 5; i++) {
                    const writer = new CompressionStream('brotli').writable.getWriter();
                    open.push(writer.write(new Uint8Array(10)).then(() => 'open', (e) => e.message));
                  }
                  return (await Promise.all(open)).join();
                  """))
          .isEqualTo("open,open,open,open,too many compression streams are open");
    }
  }

  /** Modules that take room and fail must not keep it: it is everybody's. */
  @Test
  void noBrotliIsKeptByModules() {
    for (int i = 0; i < 12; i++) {
      assertThatThrownBy(
              () ->
                  SANDBOX.load(
                      """
                      const writer = new CompressionStream('brotli').writable.getWriter();
                      await writer.write(new Uint8Array(10));
                      throw new Error('opened');
                      """))
          .hasMessageContaining("too many compression streams are open");
    }
    assertThat(
            SANDBOX.eval(
                """
                const writer = new CompressionStream('brotli').writable.getWriter();
                await writer.write(new Uint8Array(10));
                return 'open';
                """))
        .isEqualTo("open");
  }

  @Test
  void anOwnerHasAQuarterOfTheBrotliOfTheJvm() {
    var budget = new CodecBudget();
    for (int owner = 0; owner < 4; owner++) {
      for (int i = 0; i < 8; i++) {
        assertThat(budget.take("owner" + owner)).isTrue();
      }
      assertThat(budget.take("owner" + owner)).isFalse();
    }
    assertThat(budget.take("another")).isFalse();
    budget.release("owner0");
    assertThat(budget.take("another")).isTrue();
    assertThat(budget.take("owner0")).isFalse();
  }

  /** 64 MiB of zeros are 64 KiB compressed; a reader that takes one piece gets one piece. */
  @ParameterizedTest
  @ValueSource(strings = {"gzip", "brotli"})
  void aBombGoesOffOnlyAsFarAsItIsRead(String format) {
    assertThat(
            SANDBOX.eval(
                """
                const zeros = new ReadableStream({
                  start() { this.left = 64 },
                  pull(c) { if (this.left-- > 0) c.enqueue(new Uint8Array(1 << 20)); else c.close(); },
                });
                const bomb = await new Response(zeros.pipeThrough(new CompressionStream('%1$s'))).bytes();
                const reader = new Response(bomb).body.pipeThrough(new DecompressionStream('%1$s')).getReader();
                const { value } = await reader.read();
                await reader.cancel();
                return (bomb.length < 100000) + ' ' + value.length;
                """
                    .formatted(format)))
        .isEqualTo("true 32768");
  }

  @Test
  void malformedDataIsATypeError() {
    assertThat(
            SANDBOX.eval(
                """
                const tried = [];
                for (const [format, bytes] of [['gzip', [1, 2, 3]], ['deflate', [0x78, 0x9c, 1]],
                    ['deflate-raw', [3, 0, 9]], ['brotli', [0x8b, 2, 0x80, 0x61]],
                    ['brotli', [0x0b, 1, 0x80, 0x61, 0x62, 0x63, 3, 9]], ['brotli', [0xff, 0xff, 0xff]]]) {
                  try {
                    await new Response(new Response(new Uint8Array(bytes)).body.pipeThrough(
                      new DecompressionStream(format))).bytes();
                  } catch (e) {
                    tried.push(e.name + ': ' + e.message);
                  }
                }
                return tried.join('\\n');
                """))
        .isEqualTo(
            """
            TypeError: the data is not gzip
            TypeError: the data ends too early
            TypeError: there is something after the end of the data
            TypeError: the data ends too early
            TypeError: the data is not brotli, or goes on after its end
            TypeError: the data is not brotli, or goes on after its end\
            """);
  }
}
