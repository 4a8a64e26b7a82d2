package dev.brink.mesh.config;

import static java.time.Duration.ofDays;
import static java.time.Duration.ofSeconds;

import dev.brink.mesh.nearest.RegionTable;
import dev.brink.mesh.nearest.Steering;
import java.net.InetAddress;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/** The options about clients' way to the nearest node. */
final class NearestOptions {
  private static final Pattern ZONE =
      Pattern.compile("|(?=.{1,253}$)[A-Za-z0-9_-]{1,63}(\\.[A-Za-z0-9_-]{1,63})*\\.?");
  private static final Pattern RELATIVE =
      Pattern.compile("@|\\*|[A-Za-z0-9_-]{1,63}(\\.[A-Za-z0-9_-]{1,63})*");

  private static final Pattern QUAD = Pattern.compile("([0-9]{1,3}\\.){3}[0-9]{1,3}");
  private static final Pattern URL =
      Pattern.compile("|https?://([A-Za-z0-9._-]{1,253}|\\[[0-9A-Fa-f:.]+])(:[0-9]{1,5})?");

  static final List<Option<?>> ALL =
      List.of(
          nearest("learn", ValueType.BOOLEAN, NearestConfig::learn, NearestConfig.Builder::learn),
          nearest(
              "steering",
              ValueType.oneOf(Steering.class),
              NearestConfig::steering,
              NearestConfig.Builder::steering),
          nearest(
              "regions",
              ValueType.list(
                  "at most 10000 of NETWORK/LENGTH=REGION, such as 203.0.113.0/24=eu-west",
                  list -> list.size() <= 10_000 && works(() -> RegionTable.parse(list))),
              NearestConfig::regions,
              NearestConfig.Builder::regions),
          nearest(
              "advertise-addresses",
              ValueType.list(
                  "at most 8 IP addresses",
                  list -> list.size() <= 8 && all(list, NearestOptions::isLiteral)),
              NearestConfig::advertiseAddresses,
              NearestConfig.Builder::advertiseAddresses),
          nearest(
              "advertise-url",
              ValueType.text("http://HOST:PORT or https://HOST:PORT", URL.asMatchPredicate()),
              NearestConfig::advertiseUrl,
              NearestConfig.Builder::advertiseUrl),
          dns(
              "zone",
              ValueType.text("a domain name", ZONE.asMatchPredicate()),
              DnsConfig::zone,
              DnsConfig.Builder::zone),
          dns(
              "bind-address",
              ValueType.HOST_NAME,
              DnsConfig::bindAddress,
              DnsConfig.Builder::bindAddress),
          dns("port", ValueType.PORT, DnsConfig::port, DnsConfig.Builder::port),
          dns(
              "names",
              ValueType.list(
                  "at most 1000 names in the zone, @ for itself, * for all others",
                  list -> list.size() <= 1000 && all(list, RELATIVE.asMatchPredicate())),
              DnsConfig::names,
              DnsConfig.Builder::names),
          dns(
              "name-servers",
              ValueType.list(
                  "at most 8 of NAME or NAME=ADDRESS",
                  list -> list.size() <= 8 && all(list, NearestOptions::isNameServer)),
              DnsConfig::nameServers,
              DnsConfig.Builder::nameServers),
          dns(
              "ttl",
              ValueType.duration(ofSeconds(1), ofDays(1)),
              DnsConfig::ttl,
              DnsConfig.Builder::ttl),
          dns("answers", ValueType.integer(1, 8), DnsConfig::answers, DnsConfig.Builder::answers),
          dns("rate", ValueType.integer(1, 1_000_000), DnsConfig::rate, DnsConfig.Builder::rate));

  private static boolean all(List<String> list, Predicate<String> test) {
    return list.stream().allMatch(test);
  }

  private static boolean isNameServer(String text) {
    int equals = text.indexOf('=');
    String name = equals < 0 ? text : text.substring(0, equals);
    return !name.isEmpty()
        && ZONE.matcher(name).matches()
        && (equals < 0 || isLiteral(text.substring(equals + 1)));
  }

  private static boolean isLiteral(String text) {
    return (text.indexOf(':') >= 0 || QUAD.matcher(text).matches())
        && works(() -> InetAddress.ofLiteral(text));
  }

  private static boolean works(Runnable parse) {
    try {
      parse.run();
      return true;
    } catch (IllegalArgumentException _) {
      return false;
    }
  }

  private static <T> Option<T> nearest(
      String name,
      ValueType<T> type,
      Options.SectionGetter<NearestConfig, T> get,
      BiConsumer<NearestConfig.Builder, T> set) {
    return Option.of(
        "nearest." + name,
        type,
        node -> get.get(node.nearest()),
        (builder, value) -> builder.nearest(section -> set.accept(section, value)));
  }

  private static <T> Option<T> dns(
      String name,
      ValueType<T> type,
      Options.SectionGetter<DnsConfig, T> get,
      BiConsumer<DnsConfig.Builder, T> set) {
    return Option.of(
        "dns." + name,
        type,
        node -> get.get(node.dns()),
        (builder, value) -> builder.dns(section -> set.accept(section, value)));
  }

  private NearestOptions() {}
}
