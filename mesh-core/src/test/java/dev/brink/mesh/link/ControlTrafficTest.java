package dev.brink.mesh.link;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brink.mesh.peer.Gossip;
import dev.brink.mesh.proto.LoadBeat;
import dev.brink.mesh.proto.News;
import dev.brink.placement.NodeInfo;
import dev.brink.placement.Observed;
import dev.brink.placement.Placement;
import dev.brink.placement.PlacementRequest;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a busy node of a large mesh sends for control, from the messages it really writes. */
class ControlTrafficTest {
  private static final int SECONDS = 60;
  private static final int BEATS_A_SECOND = (int) (1_000 / ControlStream.BEAT_MILLIS);
  private static final int WARM = 50;
  private static final int FUNCTIONS = 50;

  private final SplittableRandom random = new SplittableRandom(1);
  private final Deque<Long> warm = new ArrayDeque<>();
  private final Set<String> distancesTold = new HashSet<>();
  private final Set<Long> functionsTold = new HashSet<>();
  private long sequence = 1_764_000_000_000L << 20;

  @ParameterizedTest
  @CsvSource({"32, 64000", "128, 256000"})
  void staysWithinItsBound(int members, int bytesASecond) throws IOException {
    Placement placement = Placement.create(NodeInfo.of(node()));
    Gossip gossip = new Gossip("self", placement);
    int peers = members - 1;
    for (int i = 0; i < peers; i++) {
      String peer = node();
      placement.nodeUp(NodeInfo.of(peer));
      placement.rtt(peer, nanos(1, 300), System.nanoTime());
    }
    for (int i = 0; i < WARM; i++) {
      warm.add(random.nextLong());
    }
    BeatWriter writer = new BeatWriter();
    long toOnePeer = 0;
    for (int second = 0; second < SECONDS; second++) {
      learn(placement);
      gossip.publish();
      warm.remove();
      warm.add(random.nextLong());
      for (int i = 0; i < BEATS_A_SECOND; i++) {
        toOnePeer += ControlTraffic.FRAME_HEADER_BYTES + read(writer.next(beat(), gossip.issue()));
      }
      toOnePeer += 2 * ControlTraffic.PING_BYTES; // one of its own, and the answer to the peer's
    }

    assertThat(toOnePeer * peers / SECONDS).as("bytes a second").isLessThanOrEqualTo(bytesASecond);
    assertThat(distancesTold).hasSize(peers);
    assertThat(functionsTold).hasSize(FUNCTIONS);
  }

  /** A call of each function was answered, every tenth after a cold start. */
  private void learn(Placement placement) {
    String peer = placement.nodes(0).getLast().info().id();
    for (int i = 0; i < FUNCTIONS; i++) {
      String function = HexFormat.of().toHexDigits(0xfedc_ba98_7654_3210L + i);
      var request = PlacementRequest.of(function).bodyBytes(i * 10_000L);
      placement.choose(request, 0);
      boolean cold = i % 10 == 0;
      long coldNanos = cold ? nanos(100, 900) : 0;
      long runNanos = nanos(1, 2_000);
      var seen = new Observed(0, 0, coldNanos, runNanos, runNanos / 2, cold, 100_000);
      placement.completed(peer, request, seen, 0);
    }
  }

  private LoadBeat beat() {
    return LoadBeat.newBuilder()
        .setSequence(++sequence)
        .setLanes(16)
        .setBusy(16)
        .setQueued(200)
        .setWaitNanos(nanos(1, 2_000))
        .setUtilisation(990)
        .setSlow(900)
        .addAllWarm(warm)
        .setWarmFollows(true)
        .build();
  }

  /** The message's size, with its length. */
  private int read(ByteBuf message) throws IOException {
    int size = message.readableBytes();
    LoadBeat beat = LoadBeat.parseFrom(message.skipBytes(4).nioBuffer());
    News news = beat.getNews();
    news.getDistancesList().forEach(distance -> distancesTold.add(distance.getTo()));
    news.getFunctionsList().forEach(learned -> functionsTold.add(learned.getVersion()));
    message.release();
    return size;
  }

  private String node() {
    return new UUID(random.nextLong(), random.nextLong()).toString();
  }

  private long nanos(int fromMillis, int toMillis) {
    return random.nextLong(
        TimeUnit.MILLISECONDS.toNanos(fromMillis), TimeUnit.MILLISECONDS.toNanos(toMillis));
  }
}
