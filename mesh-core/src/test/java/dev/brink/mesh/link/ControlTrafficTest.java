package dev.brink.mesh.link;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brink.mesh.peer.Gossip;
import dev.brink.mesh.peer.Scale;
import dev.brink.mesh.proto.LoadBeat;
import dev.brink.mesh.proto.NetworkCoordinate;
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
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What a busy node of a large mesh sends for control: the messages that it really writes, each in a
 * TLS record and in TCP/IP packets of its own, and an acknowledgement for each packet that it gets.
 * All nodes are alike, so it gets what it sends.
 */
class ControlTrafficTest {
  private static final int SECONDS = 60;
  private static final int TICKS_A_SECOND = (int) (1_000 / ControlStream.BEAT_MILLIS);
  private static final int WARM = 50;
  private static final int FUNCTIONS = 50;
  private static final int MEASURED_ALL_UP_TO = 64;
  private static final int PROBES = 16;

  /** Header, explicit nonce, content type and tag: the most that AES-GCM and ChaCha20 take. */
  private static final int TLS_RECORD = 29;

  /** What TLS leaves of a packet on Ethernet with IPv6. */
  private static final int SEGMENT = 1_428;

  private final SplittableRandom random = new SplittableRandom(1);
  private final Deque<Long> warm = new ArrayDeque<>();
  private final Set<String> distancesTold = new HashSet<>();
  private final Set<Long> functionsTold = new HashSet<>();
  private NetworkCoordinate coordinate = NetworkCoordinate.getDefaultInstance();
  private long sequence = 1_764_000_000_000L << 20;

  /**
   * The bound holds for the wire.
   *
   * @param header of IP and TCP with timestamps: 52 bytes with IPv4, 72 with IPv6
   */
  @ParameterizedTest
  @CsvSource({"32, 52, 64000", "32, 72, 64000", "128, 52, 256000", "128, 72, 256000"})
  void staysWithinItsBound(int members, int header, int bytesASecond) throws IOException {
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
    BeatWriter writer = new BeatWriter(true);
    long said = 0;
    long onTheWire = 0;
    for (int second = 0; second < SECONDS; second++) {
      learn(placement);
      if (second % Scale.newsSeconds(members) == 0) {
        gossip.publish();
      }
      warm.remove();
      warm.add(random.nextLong());
      coordinate = moved();
      for (int tick = 0; tick < TICKS_A_SECOND; tick++) {
        if ((second * TICKS_A_SECOND + tick) % Scale.beatTicks(members) == 0) {
          int frame = ControlTraffic.FRAME_HEADER_BYTES + read(writer.next(beat(), gossip.issue()));
          said += frame;
          onTheWire += wire(frame, header);
        }
      }
    }
    said = said / SECONDS * peers;
    onTheWire = onTheWire / SECONDS * peers;
    int pings = members <= MEASURED_ALL_UP_TO ? peers : PROBES;
    // Its own, and the answers to those of its peers.
    said += 2L * pings * ControlTraffic.PING_BYTES;
    onTheWire += 2L * pings * wire(ControlTraffic.PING_BYTES, header);
    System.out.printf(
        "%d members, %d bytes of TCP/IP: %d B/s in frames, %d B/s on the wire%n",
        members, header, said, onTheWire);

    assertThat(onTheWire).as("bytes a second").isLessThanOrEqualTo(bytesASecond);
    assertThat(distancesTold).hasSize(Math.min(peers, distancesIn(members)));
    assertThat(functionsTold).hasSize(FUNCTIONS);
  }

  /** How many turns of six there are. */
  private static int distancesIn(int members) {
    return Math.ceilDiv(SECONDS, Scale.newsSeconds(members)) * 6;
  }

  /** A frame, and the acknowledgement of one that came. */
  private static int wire(int frame, int header) {
    int packets = Math.ceilDiv(frame + TLS_RECORD, SEGMENT);
    return frame + TLS_RECORD + 2 * packets * header;
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

  private NetworkCoordinate moved() {
    NetworkCoordinate.Builder at =
        NetworkCoordinate.newBuilder()
            .setHeight((float) random.nextDouble())
            .setError((float) random.nextDouble());
    IntStream.range(0, 8).forEach(i -> at.addPoint((float) random.nextDouble()));
    return at.build();
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
        .addAllWarm(new TreeSet<>(warm))
        .setWarmFollows(true)
        .setCoordinate(coordinate)
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
