package dev.brink.mesh.peer;

import static java.util.Objects.requireNonNull;

import dev.brink.mesh.link.NewsIssue;
import dev.brink.mesh.proto.Distance;
import dev.brink.mesh.proto.FunctionLearned;
import dev.brink.mesh.proto.News;
import dev.brink.placement.FunctionSample;
import dev.brink.placement.NodeStatus;
import dev.brink.placement.Placement;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What this node tells its peers beside its load, once a second: a few of the things that it has
 * learned of functions, and how far a few of its peers and origins are. All take turns, so what a
 * peer is sent in a second is bounded, and the more there is to tell the longer a turn takes.
 * Thread-safe.
 */
public final class Gossip {
  /** Told at once; 31 peers take five seconds, 127 take twenty. */
  static final int MAX_DISTANCES = 6;

  /** Told at once. */
  static final int MAX_FUNCTIONS = 12;

  private static final int MAX_ORIGINS = 256;

  private final String node;
  private final Placement placement;
  private final Map<String, Long> origins = new ConcurrentHashMap<>();

  /** Peers and origins by when they were last told: the next ones to tell come first. */
  private final LinkedHashSet<String> turns = new LinkedHashSet<>();

  /** Taken from placement, and not told yet. */
  private final Queue<FunctionSample> learned = new ArrayDeque<>();

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

  /** The others are no longer used; they are told no more and make room. */
  public void keepOrigins(Set<String> sources) {
    origins.keySet().retainAll(sources);
  }

  /** What is new; to be called once a second, by one thread. */
  public void publish() {
    News.Builder news = News.newBuilder();
    addFunctions(news);
    addDistances(news);
    issue = new NewsIssue(issue.number() + 1, news.build());
  }

  /** What is learned while others wait for their turn adds up in placement. */
  private void addFunctions(News.Builder news) {
    if (learned.size() < MAX_FUNCTIONS) {
      learned.addAll(placement.takeSamples());
    }
    while (news.getFunctionsCount() < MAX_FUNCTIONS && !learned.isEmpty()) {
      news.addFunctions(toProto(learned.remove()));
    }
  }

  private void addDistances(News.Builder news) {
    Map<String, Long> known = new HashMap<>(origins);
    for (NodeStatus status : placement.nodes(System.nanoTime())) {
      if (!status.local() && status.rttAgeNanos() >= 0) {
        known.put(status.info().id(), status.rttNanos());
      }
    }
    turns.retainAll(known.keySet());
    for (String to : known.keySet()) {
      if (!turns.contains(to)) {
        turns.addFirst(to);
      }
    }
    List<String> next = turns.stream().limit(MAX_DISTANCES).toList();
    for (String to : next) {
      turns.addLast(to);
      news.addDistances(distance(to, requireNonNull(known.get(to), to)));
    }
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
        .setTypicalLaneNanos(sample.typicalLaneNanos())
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
              learned.getTypicalLaneNanos(),
              learned.getLaneNanos(),
              learned.getColds(),
              learned.getColdNanos(),
              learned.getBytes()));
    }
  }
}
