package dev.brink.exec.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class WebSocketConnectionTest {
  private static final WebSocketLimits LIMITS =
      new WebSocketLimits(1, 1, 100, 100, 1_000, Duration.ofSeconds(30), Duration.ofMinutes(10));
  private static final long SECOND = 1_000_000_000L;

  /** Soon after it the clock wraps around. */
  private static final long START = Duration.ofNanos(Long.MAX_VALUE).toNanos() - 5 * SECOND;

  private final Wire fromServer = new Wire();
  private final Wire fromClient = new Wire();
  private final WebSocketConnection server =
      WebSocketConnection.ofServer(LIMITS, fromServer, START);
  private final WebSocketConnection client =
      WebSocketConnection.ofClient(LIMITS, fromClient, new Random(3)::nextInt, START);

  /** What one end has sent. */
  private static final class Wire implements WebSocketConnection.Output {
    private final ByteBuf bytes = Unpooled.buffer();
    private boolean ended;

    @Override
    public void send(ByteBuf frame) {
      assertThat(ended).isFalse();
      bytes.writeBytes(frame);
      frame.release();
    }

    @Override
    public void end() {
      assertThat(ended).isFalse();
      ended = true;
    }
  }

  private static List<Received.Message> read(WebSocketConnection to, Wire from, long now) {
    var messages = new ArrayList<Received.Message>();
    for (Received.Message next; (next = to.receive(from.bytes, now)) != null; ) {
      messages.add(next);
    }
    assertThat(from.bytes.isReadable()).isFalse();
    return messages;
  }

  private List<Received.Message> atServer() {
    return read(server, fromClient, START);
  }

  private List<Received.Message> atClient() {
    return read(client, fromServer, START);
  }

  private static WebSocketConnection.Closed abnormal(@Nullable String error) {
    return new WebSocketConnection.Closed(CloseCode.ABNORMAL, "", false, error);
  }

  @Test
  void messagesGoBothWays() {
    client.send("hello");
    client.send(new byte[] {1, 2});
    server.send("grüezi");
    assertThat(atServer()).hasSize(2).first().isEqualTo(new Received.Text("hello"));
    assertThat(atClient()).containsExactly(new Received.Text("grüezi"));
  }

  @Test
  void eitherEndCloses() {
    client.close(4001, "done", START);
    client.send("too late");
    server.send("crossing");
    assertThat(atServer()).isEmpty();
    assertThat(server.closed()).isEqualTo(new WebSocketConnection.Closed(4001, "done", true, null));
    assertThat(fromServer.ended).isTrue();
    assertThat(fromClient.ended).isFalse();
    assertThat(atClient()).isEmpty();
    assertThat(client.closed()).isEqualTo(new WebSocketConnection.Closed(4001, "", true, null));
    assertThat(fromClient.ended).isTrue();
  }

  @Test
  void aCloseWithoutACodeIsAnsweredAlike() {
    server.close(CloseCode.NONE, "", START);
    assertThat(atClient()).isEmpty();
    assertThat(client.closed())
        .isEqualTo(new WebSocketConnection.Closed(CloseCode.NONE, "", true, null));
    assertThat(atServer()).isEmpty();
    assertThat(server.closed())
        .isEqualTo(new WebSocketConnection.Closed(CloseCode.NONE, "", true, null));
  }

  @Test
  void bothCloseAtOnce() {
    client.close(1000, "a", START);
    server.close(1000, "b", START);
    assertThat(atClient()).isEmpty();
    assertThat(atServer()).isEmpty();
    assertThat(client.closed()).isEqualTo(new WebSocketConnection.Closed(1000, "b", true, null));
    assertThat(server.closed()).isEqualTo(new WebSocketConnection.Closed(1000, "a", true, null));
  }

  @Test
  void afterTheCloseNothingIsRead() {
    client.close(1000, "", START);
    fromClient.bytes.writeBytes("nonsense".getBytes(StandardCharsets.US_ASCII));
    assertThat(atServer()).isEmpty();
    assertThat(server.closed()).isNotNull();
    assertThat(server.receive(Unpooled.wrappedBuffer(new byte[] {1, 2, 3}), START)).isNull();
  }

  @Test
  void aBrokenProtocolIsToldToThePeer() {
    fromClient.bytes.writeBytes(new byte[] {(byte) 0x81, 0});
    assertThat(atServer()).isEmpty();
    assertThat(server.closed()).isEqualTo(abnormal("a client's frame is not masked"));
    assertThat(atClient()).isEmpty();
    assertThat(client.closed())
        .isEqualTo(
            new WebSocketConnection.Closed(1002, "a client's frame is not masked", true, null));
  }

  @Test
  void whatIsTooLargeIsRefused() {
    client.send("x".repeat(101));
    assertThat(atServer()).isEmpty();
    assertThat(atClient()).isEmpty();
    assertThat(client.closed()).extracting(WebSocketConnection.Closed::code).isEqualTo(1009);
  }

  @Test
  void pingsAreAnswered() {
    ByteBuf ping = new FrameWriter(new Random(4)::nextInt).pong(new byte[] {7});
    ping.setByte(0, 0x89);
    fromClient.bytes.writeBytes(ping);
    ping.release();
    assertThat(atServer()).isEmpty();
    assertThat(fromServer.bytes).isEqualTo(Unpooled.wrappedBuffer(new byte[] {(byte) 0x8a, 1, 7}));
  }

  @Test
  void aSilentPeerIsPingedAndThenGivenUp() {
    assertThat(server.dueNanos()).isEqualTo(START + 30 * SECOND);
    server.tick(START + 29 * SECOND);
    assertThat(fromServer.bytes.isReadable()).isFalse();
    server.tick(START + 30 * SECOND);
    assertThat(fromServer.bytes.isReadable()).isTrue();
    assertThat(read(client, fromServer, START + 30 * SECOND)).isEmpty();
    assertThat(read(server, fromClient, START + 31 * SECOND)).isEmpty();
    assertThat(server.dueNanos()).isEqualTo(START + 61 * SECOND);
    server.tick(START + 61 * SECOND);
    assertThat(server.dueNanos()).isEqualTo(START + 91 * SECOND);
    server.tick(START + 91 * SECOND);
    assertThat(server.closed()).isEqualTo(abnormal("the peer does not answer"));
    assertThat(fromServer.ended).isTrue();
  }

  @Test
  void nobodyStaysForEver() {
    long now = START;
    while (server.isOpen()) {
      now = server.dueNanos();
      server.tick(now);
      var _ = read(client, fromServer, now);
      var _ = read(server, fromClient, now);
    }
    assertThat(now).isEqualTo(START + 600 * SECOND);
    assertThat(client.closed()).extracting(WebSocketConnection.Closed::code).isEqualTo(1001);
    assertThat(server.closed()).extracting(WebSocketConnection.Closed::clean).isEqualTo(true);
  }

  @Test
  void aPeerThatDoesNotCloseIsLeft() {
    server.close(1000, "", START);
    server.tick(START + 9 * SECOND);
    assertThat(server.closed()).isNull();
    server.tick(START + 10 * SECOND);
    assertThat(server.closed()).isEqualTo(abnormal("the peer did not close in time"));
    assertThat(fromServer.ended).isTrue();
  }

  @Test
  void aLostConnectionIsAnError() {
    server.lost();
    assertThat(server.closed()).isEqualTo(abnormal("the connection was lost"));
    assertThat(atClient()).isEmpty();
    assertThat(client.closed()).extracting(WebSocketConnection.Closed::code).isEqualTo(1001);
    server.lost();
    server.close(1000, "", START);
  }
}
