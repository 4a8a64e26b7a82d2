package dev.brink.exec.websocket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FrameReaderTest {
  private static final int MAX_BYTES = 70_000;

  private static ByteBuf hex(String bytes) {
    return Unpooled.wrappedBuffer(HexFormat.of().parseHex(bytes.replace(" ", "")));
  }

  private static FrameReader ofServer() {
    return new FrameReader(true, MAX_BYTES);
  }

  private static FrameReader ofClient() {
    return new FrameReader(false, MAX_BYTES);
  }

  /** What a message or control frame says, in words. */
  private static String shown(@Nullable Received received) {
    return switch (received) {
      case null -> "nothing";
      case Received.Text text -> "text " + text.data();
      case Received.Binary binary -> "binary " + HexFormat.of().formatHex(binary.data());
      case Received.Ping ping -> "ping " + HexFormat.of().formatHex(ping.data());
      case Received.Pong _ -> "pong";
      case Received.Close close -> "close " + close.code() + " " + close.reason();
    };
  }

  private static List<String> all(FrameReader reader, ByteBuf in) throws WebSocketException {
    var seen = new ArrayList<String>();
    for (Received next; (next = reader.read(in)) != null; ) {
      seen.add(shown(next));
    }
    assertThat(in.isReadable()).isFalse();
    return seen;
  }

  /** The examples of RFC 6455, section 5.7. */
  @ParameterizedTest
  @CsvSource({
    "false, 81 05 48 65 6c 6c 6f, text Hello",
    "true, 81 85 37 fa 21 3d 7f 9f 4d 51 58, text Hello",
    "false, 01 03 48 65 6c 80 02 6c 6f, text Hello",
    "false, 89 05 48 65 6c 6c 6f, ping 48656c6c6f",
    "true, 8a 85 37 fa 21 3d 7f 9f 4d 51 58, pong",
    "false, 88 00, 'close 1005 '",
    "false, 88 05 03 e8 62 79 65, close 1000 bye",
    "false, 82 00, 'binary '",
    "false, 82 03 01 02 03, binary 010203",
  })
  void readsExamples(boolean masked, String bytes, String expected) throws WebSocketException {
    assertThat(all(masked ? ofServer() : ofClient(), hex(bytes))).containsExactly(expected);
  }

  @Test
  void bytesMayComeOneByOne() throws WebSocketException {
    FrameReader reader = ofClient();
    ByteBuf whole = hex("01 03 48 65 6c 89 02 01 02 00 00 80 02 6c 6f 82 7e 00 7e");
    List<String> seen = new ArrayList<>();
    while (whole.isReadable()) {
      Received next = reader.read(whole.readSlice(1));
      if (next != null) {
        seen.add(shown(next));
      }
    }
    assertThat(seen).containsExactly("ping 0102", "text Hello");
    assertThat(reader.read(Unpooled.wrappedBuffer(new byte[125]))).isNull();
    assertThat(shown(reader.read(Unpooled.wrappedBuffer(new byte[1]))))
        .isEqualTo("binary " + "00".repeat(126));
  }

  @ParameterizedTest
  @CsvSource({
    "c1 00, 1002, reserved",
    "a1 00, 1002, reserved",
    "83 00, 1002, opcode",
    "8b 00, 1002, opcode",
    "81 80, 1002, masked",
    "09 00, 1002, fragmented",
    "89 7e, 1002, longer than 125",
    "80 00, 1002, continuation of nothing",
    "01 00 01 00, 1002, within another",
    "82 7e 00 7d, 1002, shortest",
    "82 7f 00 00 00 00 00 00 ff ff, 1002, shortest",
    "82 7f 80 00 00 00 00 00 00 00, 1002, highest bit",
    "82 7f 00 00 00 01 00 00 00 00, 1009, larger than",
    "88 01 03, 1002, half a code",
    "88 02 03 e7, 1002, close code",
    "88 02 03 ed, 1002, close code",
    "88 02 03 f7, 1002, close code",
    "88 02 07 d0, 1002, close code",
    "88 02 13 88, 1002, close code",
    "88 03 03 e8 ff, 1007, UTF-8",
    "81 01 80, 1007, UTF-8",
    "81 02 c0 80, 1007, UTF-8",
    "81 03 ed a0 80, 1007, UTF-8",
    "81 04 f4 90 80 80, 1007, UTF-8",
    "01 01 c3 80 00, 1007, UTF-8",
  })
  void refusesWhatBreaksTheProtocol(String bytes, int code, String message) {
    FrameReader reader = ofClient();
    assertThatThrownBy(() -> all(reader, hex(bytes)))
        .isInstanceOfSatisfying(WebSocketException.class, e -> assertThat(e.code()).isEqualTo(code))
        .hasMessageContaining(message);
  }

  @Test
  void aClientMustMask() {
    assertThatThrownBy(() -> ofServer().read(hex("81 00")))
        .isInstanceOf(WebSocketException.class)
        .hasMessage("a client's frame is not masked");
  }

  @Test
  void aCharacterMayBeSplitBetweenFragments() throws WebSocketException {
    assertThat(all(ofClient(), hex("01 01 c3 80 01 a9"))).containsExactly("text é");
  }

  @Test
  void theBoundIsForTheWholeMessage() throws WebSocketException {
    FrameReader reader = new FrameReader(false, 4);
    assertThat(all(reader, hex("02 02 01 02 80 02 03 04"))).containsExactly("binary 01020304");
    assertThatThrownBy(() -> all(reader, hex("02 02 01 02 80 03")))
        .isInstanceOfSatisfying(
            WebSocketException.class, e -> assertThat(e.code()).isEqualTo(CloseCode.TOO_LARGE));
  }

  @Test
  void memoryGrowsWithWhatHasCome() throws WebSocketException {
    FrameReader reader = new FrameReader(false, 1 << 30);
    assertThat(reader.read(hex("82 7f 00 00 00 00 3f ff ff ff 01 02 03"))).isNull();
    assertThat(reader.heldBytes()).isLessThanOrEqualTo(256);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 125, 126, 127, 65_535, 65_536, MAX_BYTES})
  void whatIsWrittenIsRead(int length) throws WebSocketException {
    byte[] data = new byte[length];
    new Random(length).nextBytes(data);
    String text = "é".repeat(length / 2);
    var random = new Random(7);
    for (boolean client : new boolean[] {true, false}) {
      var writer = new FrameWriter(client ? random::nextInt : null);
      FrameReader reader = client ? ofServer() : ofClient();
      assertThat(read(reader, writer.binary(data)))
          .isInstanceOfSatisfying(
              Received.Binary.class, read -> assertThat(read.data()).isEqualTo(data));
      assertThat(read(reader, writer.text(text))).isEqualTo(new Received.Text(text));
      assertThat(read(reader, writer.close(4000, text)))
          .isInstanceOfSatisfying(
              Received.Close.class,
              close -> {
                assertThat(close.code()).isEqualTo(4000);
                assertThat(text).startsWith(close.reason());
                assertThat(close.reason().getBytes(StandardCharsets.UTF_8))
                    .hasSize(Math.min(122, text.length() * 2));
              });
    }
  }

  private static @Nullable Received read(FrameReader reader, ByteBuf frame)
      throws WebSocketException {
    try {
      return reader.read(frame);
    } finally {
      frame.release();
    }
  }

  /** Messages in fragments of any size with control frames between, cut anywhere. */
  @Test
  void anySplitGivesTheSame() throws WebSocketException {
    var random = new Random(1);
    for (int round = 0; round < 300; round++) {
      List<String> expected = new ArrayList<>();
      ByteBuf stream = Unpooled.buffer();
      for (int i = 0; i < 5; i++) {
        byte[] data = new byte[random.nextInt(400)];
        random.nextBytes(data);
        fragments(stream, data, random, expected);
        expected.add("binary " + HexFormat.of().formatHex(data));
      }
      FrameReader reader = ofServer();
      List<String> seen = new ArrayList<>();
      while (stream.isReadable()) {
        ByteBuf piece = stream.readSlice(1 + random.nextInt(stream.readableBytes()));
        seen.addAll(all(reader, piece));
      }
      assertThat(seen).isEqualTo(expected);
    }
  }

  private static void fragments(ByteBuf to, byte[] data, Random random, List<String> expected) {
    int at = 0;
    boolean first = true;
    boolean last;
    do {
      int end = at + random.nextInt(data.length - at + 1);
      last = end == data.length && random.nextBoolean();
      frame(to, (last ? 0x80 : 0) | (first ? 2 : 0), Arrays.copyOfRange(data, at, end), random);
      at = end;
      first = false;
      if (!last && random.nextInt(4) == 0) {
        byte[] ping = new byte[random.nextInt(126)];
        random.nextBytes(ping);
        frame(to, 0x89, ping, random);
        expected.add("ping " + HexFormat.of().formatHex(ping));
      }
    } while (!last);
  }

  private static void frame(ByteBuf to, int first, byte[] data, Random random) {
    to.writeByte(first);
    if (data.length < 126) {
      to.writeByte(0x80 | data.length);
    } else {
      to.writeByte(0x80 | 126).writeShort(data.length);
    }
    byte[] mask = new byte[4];
    random.nextBytes(mask);
    to.writeBytes(mask);
    for (int i = 0; i < data.length; i++) {
      to.writeByte(data[i] ^ mask[i & 3]);
    }
  }

  /**
   * Whatever comes ends in a message, a want of more or a code that may be sent; never otherwise.
   */
  @Test
  void nonsenseIsRefusedWithACode() {
    var random = new Random(2);
    int refused = 0;
    for (int round = 0; round < 20_000; round++) {
      byte[] bytes = new byte[random.nextInt(40)];
      random.nextBytes(bytes);
      if (bytes.length > 1 && random.nextBoolean()) {
        bytes[0] = (byte) (random.nextInt(2) << 7 | random.nextInt(16));
        bytes[1] |= (byte) 0x80;
      }
      FrameReader reader = ofServer();
      try {
        var _ = all(reader, Unpooled.wrappedBuffer(bytes));
      } catch (WebSocketException e) {
        refused++;
        assertThat(e.code()).isIn(1002, 1007, 1009);
      }
      assertThat(reader.heldBytes()).isLessThanOrEqualTo(MAX_BYTES);
    }
    assertThat(refused).isBetween(5_000, 19_999);
  }
}
