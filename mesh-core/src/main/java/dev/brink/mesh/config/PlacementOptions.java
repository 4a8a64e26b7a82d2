package dev.brink.mesh.config;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The options about placement. */
final class PlacementOptions {
  private static final Pattern CAPABILITY = Pattern.compile("[A-Za-z0-9._/-]{1,63}");
  private static final Duration MAX_RTT = Duration.ofSeconds(10);

  private static final ValueType<Double> SHARE =
      new ValueType<>(
          "0 to 1",
          Double::parseDouble,
          share -> share == Math.rint(share) ? Long.toString(share.longValue()) : share.toString(),
          share -> share >= 0 && share <= 1);

  private static final ValueType<Map<String, Duration>> RTTS =
      new ValueType<>(
          "NODE=TIME, at most 10 s each",
          PlacementOptions::parse,
          PlacementOptions::render,
          rtts -> rtts.values().stream().allMatch(PlacementOptions::inRange));

  static final List<Option<?>> ALL =
      List.of(
          option(
              "node.capabilities",
              ValueType.list(
                  "at most 64 names of letters, digits, dots, dashes, underscores and slashes",
                  list ->
                      list.size() <= 64 && list.stream().allMatch(CAPABILITY.asMatchPredicate())),
              PlacementConfig::capabilities,
              PlacementConfig.Builder::capabilities),
          option(
              "node.load-limit",
              SHARE,
              PlacementConfig::loadLimit,
              PlacementConfig.Builder::loadLimit),
          option(
              "placement.control-share",
              SHARE,
              PlacementConfig::controlShare,
              PlacementConfig.Builder::controlShare),
          option(
              "placement.regret-sample",
              SHARE,
              PlacementConfig::regretSample,
              PlacementConfig.Builder::regretSample),
          option(
              "placement.regret-repeats",
              ValueType.integer(0, 10),
              PlacementConfig::regretRepeats,
              PlacementConfig.Builder::regretRepeats),
          option(
              "placement.measure-all-up-to",
              ValueType.integer(1, 1_000),
              PlacementConfig::measureAllUpTo,
              PlacementConfig.Builder::measureAllUpTo),
          option(
              "placement.probes",
              ValueType.integer(1, 1_000),
              PlacementConfig::probes,
              PlacementConfig.Builder::probes),
          option(
              "placement.emulated-rtt",
              RTTS,
              PlacementConfig::emulatedRtt,
              PlacementConfig.Builder::emulatedRtt));

  private static final ValueType<Duration> RTT = ValueType.duration(Duration.ZERO, MAX_RTT);

  private static boolean inRange(Duration rtt) {
    return RTT.valid().test(rtt);
  }

  private static Map<String, Duration> parse(String text) {
    Map<String, Duration> rtts = new TreeMap<>();
    ValueType.LABELS
        .parse()
        .apply(text)
        .forEach((node, rtt) -> rtts.put(node, RTT.parse().apply(rtt)));
    return rtts;
  }

  private static String render(Map<String, Duration> rtts) {
    return new TreeMap<>(rtts)
        .entrySet().stream()
            .map(rtt -> rtt.getKey() + "=" + RTT.render().apply(rtt.getValue()))
            .collect(Collectors.joining(","));
  }

  private static <T> Option<T> option(
      String name,
      ValueType<T> type,
      Options.SectionGetter<PlacementConfig, T> get,
      BiConsumer<PlacementConfig.Builder, T> set) {
    return Option.of(
        name,
        type,
        node -> get.get(node.placement()),
        (builder, value) -> builder.placement(section -> set.accept(section, value)));
  }

  private PlacementOptions() {}
}
