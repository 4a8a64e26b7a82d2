package dev.brink.mesh.peer;

import dev.brink.mesh.link.NewsIssue;
import dev.brink.mesh.proto.Distance;
import dev.brink.mesh.proto.FunctionLearned;
import dev.brink.mesh.proto.News;
import dev.brink.placement.FunctionSample;
import dev.brink.placement.NodeStatus;
import dev.brink.placement.Placement;
import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What this node tells its peers beside its load: once a second what it has learned of functions,
 * every five seconds how far its peers and its origins are. Thread-safe.
 */
public final class Gossip {
  private static final int ROUNDS_PER_DISTANCES = 5;
  private static final int MAX_ORIGINS = 256;

  private final String node;
  private final Placement placement;
  private final Map<String, Long> origins = new ConcurrentHashMap<>();
  private int round;
  private volatile NewsIssue issue = NewsIssue.NONE;

  /** For one node. */
  public Gossip(String node, Placement placement) {
    this.node = node;
    this.placement = placement;
  }

  /** An origin was measured to be so far from this node. */
  public void origin(String source, long rttNanos) {
    if (origins.size() < MAX_ORIGINS || origins.containsKey(source)) {
      origins.put(source, rttNanos);
      placement.distance(node, source, rttNanos);
    }
  }

  /** What is new; to be called once a second, by one thread. */
  public void publish() {
    News.Builder news = News.newBuilder();
    placement.takeSamples().forEach(sample -> news.addFunctions(toProto(sample)));
    if (round++ % ROUNDS_PER_DISTANCES == 0) {
      for (NodeStatus status : placement.nodes(System.nanoTime())) {
        if (!status.local() && status.rttAgeNanos() >= 0) {
          news.addDistances(distance(status.info().id(), status.rttNanos()));
        }
      }
      origins.forEach((source, nanos) -> news.addDistances(distance(source, nanos)));
    }
    issue = new NewsIssue(issue.number() + 1, news.build());
  }

  /** The last issue. */
  public NewsIssue issue() {
    return issue;
  }

  private static Distance distance(String to, long nanos) {
    return Distance.newBuilder().setTo(to).setRttNanos(nanos).build();
  }

  private static FunctionLearned toProto(FunctionSample sample) {
    return FunctionLearned.newBuilder()
        .setVersion(Long.parseUnsignedLong(sample.function(), 16))
        .setSizeClass(sample.sizeClass())
        .setRuns(sample.runs())
        .setRunNanos(sample.runNanos())
        .setTypicalNanos(sample.typicalNanos())
        .setLaneNanos(sample.laneNanos())
        .setColds(sample.colds())
        .setColdNanos(sample.coldNanos())
        .setBytes(sample.bytes())
        .build();
  }

  /** A peer told its news. */
  static void heard(String from, News news, Placement placement) {
    for (Distance distance : news.getDistancesList()) {
      placement.distance(from, distance.getTo(), distance.getRttNanos());
    }
    for (FunctionLearned learned : news.getFunctionsList()) {
      placement.learn(
          new FunctionSample(
              HexFormat.of().toHexDigits(learned.getVersion()),
              learned.getSizeClass(),
              learned.getRuns(),
              learned.getRunNanos(),
              learned.getTypicalNanos(),
              learned.getLaneNanos(),
              learned.getColds(),
              learned.getColdNanos(),
              learned.getBytes()));
    }
  }
}
