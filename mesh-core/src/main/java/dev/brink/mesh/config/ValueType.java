package dev.brink.mesh.config;

import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigValueFactory;
import dev.brink.exec.outbound.OutboundTarget;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * How an option's value is written.
 *
 * @param expected completes "expected: "
 * @param parse throws {@link IllegalArgumentException} when the text is not of this type
 * @param render the reverse of {@code parse}
 * @param valid whether a value is in range
 */
record ValueType<T>(
    String expected, Function<String, T> parse, Function<T, String> render, Predicate<T> valid) {
  private static final Pattern HOST = Pattern.compile("[A-Za-z0-9._:%-]{1,255}");
  private static final Pattern NAME =
      Pattern.compile("[A-Za-z0-9]?|[A-Za-z0-9][A-Za-z0-9._-]{0,62}");
  private static final Pattern LABEL = Pattern.compile("[A-Za-z0-9._/-]{1,63}");
  private static final Pattern TOKEN = Pattern.compile("[A-Za-z0-9._~+/=-]{16,512}");
  private static final long[] SIZES = {1L << 40, 1L << 30, 1L << 20, 1L << 10};
  private static final String[] SIZE_UNITS = {"t", "g", "m", "k"};

  static final ValueType<Boolean> BOOLEAN =
      new ValueType<>("true or false", ValueType::parseBoolean, String::valueOf, value -> true);

  static final ValueType<String> NODE_NAME =
      text("at most 63 letters, digits, dots, dashes or underscores", NAME.asMatchPredicate());

  static final ValueType<String> HOST_NAME =
      text("an IP address or a host name", HOST.asMatchPredicate());

  static final ValueType<String> ADVERTISED =
      text("a host or host:port", value -> value.isEmpty() || isAdvertised(value));

  static final ValueType<Secret> SECRET =
      new ValueType<>(
          "16 to 512 characters of base64, base64url or hexadecimal",
          Secret::of,
          Secret::reveal,
          secret -> TOKEN.matcher(secret.reveal()).matches());

  static final ValueType<Path> FILE =
      new ValueType<>("a path", ValueType::parsePath, Path::toString, path -> true);

  static final ValueType<Integer> PORT = integer(0, 65535);

  static final ValueType<List<HostPort>> ADDRESSES =
      new ValueType<>(
          "a list of host:port",
          text -> items(text).stream().map(HostPort::parse).toList(),
          list -> list.stream().map(HostPort::toString).collect(Collectors.joining(",")),
          list -> list.size() <= 1000);

  static final ValueType<List<OutboundTarget>> TARGETS =
      new ValueType<>(
          "a list of host or host:port",
          text -> items(text).stream().map(OutboundTarget::parse).toList(),
          list -> list.stream().map(OutboundTarget::toString).collect(Collectors.joining(",")),
          list -> list.size() <= 1000);

  static final ValueType<Map<String, String>> LABELS =
      new ValueType<>(
          "at most 64 labels name=value of letters, digits, dots, dashes, underscores and slashes",
          ValueType::parseLabels,
          ValueType::renderLabels,
          ValueType::validLabels);

  /** Texts, separated by commas. */
  static ValueType<List<String>> list(String expected, Predicate<List<String>> valid) {
    return new ValueType<>(expected, ValueType::items, list -> String.join(",", list), valid);
  }

  static ValueType<Integer> integer(int min, int max) {
    return new ValueType<>(
        min + " to " + max,
        Integer::parseInt,
        String::valueOf,
        value -> value >= min && value <= max);
  }

  /** A number of bytes, written {@code 64k}, {@code 1m} or plainly. */
  static ValueType<Long> size(long min, long max) {
    return new ValueType<>(
        "a size from " + renderSize(min) + " to " + renderSize(max),
        ValueType::parseSize,
        ValueType::renderSize,
        value -> value >= min && value <= max);
  }

  /** As {@link #size}; 0 stands for none. */
  static ValueType<Long> sizeOrNone(long min, long max) {
    ValueType<Long> some = size(min, max);
    return new ValueType<>(
        "0 or " + some.expected,
        some.parse,
        some.render,
        value -> value == 0 || some.valid.test(value));
  }

  /** As {@link #size}, for what must be an {@code int}. */
  static ValueType<Integer> smallSize(int min, int max) {
    ValueType<Long> wide = size(min, max);
    return new ValueType<>(
        wide.expected,
        text -> {
          long bytes = parseSize(text);
          return Math.clamp(bytes, Integer.MIN_VALUE, Integer.MAX_VALUE);
        },
        value -> renderSize(value),
        value -> wide.valid.test((long) value));
  }

  static ValueType<Duration> duration(Duration min, Duration max) {
    return new ValueType<>(
        "a duration from " + renderDuration(min) + " to " + renderDuration(max),
        ValueType::parseDuration,
        ValueType::renderDuration,
        value -> value.compareTo(min) >= 0 && value.compareTo(max) <= 0);
  }

  static <E extends Enum<E>> ValueType<E> oneOf(Class<E> type) {
    List<E> constants = List.of(type.getEnumConstants());
    return new ValueType<>(
        constants.stream().map(ValueType::lower).collect(Collectors.joining(", ")),
        text ->
            constants.stream()
                .filter(constant -> lower(constant).equals(text))
                .findFirst()
                .orElseThrow(IllegalArgumentException::new),
        ValueType::lower,
        value -> true);
  }

  static ValueType<String> text(String expected, Predicate<String> valid) {
    return new ValueType<>(expected, Function.identity(), Function.identity(), valid);
  }

  private static String lower(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  private static boolean parseBoolean(String text) {
    return switch (text) {
      case "true", "yes", "on" -> true;
      case "false", "no", "off" -> false;
      default -> throw new IllegalArgumentException();
    };
  }

  private static Path parsePath(String text) {
    if (text.isEmpty()) {
      throw new IllegalArgumentException();
    }
    try {
      return Path.of(text);
    } catch (InvalidPathException e) {
      throw new IllegalArgumentException(e);
    }
  }

  private static boolean isAdvertised(String value) {
    boolean onePort = value.indexOf(':') >= 0 && value.indexOf(':') == value.lastIndexOf(':');
    return (!onePort && HOST.matcher(value).matches()) || isHostPort(value);
  }

  private static boolean isHostPort(String value) {
    try {
      HostPort.parse(value);
      return true;
    } catch (IllegalArgumentException _) {
      return false;
    }
  }

  private static long parseSize(String text) {
    try {
      return ConfigValueFactory.fromAnyRef(text).atKey("size").getBytes("size");
    } catch (ConfigException e) {
      throw new IllegalArgumentException(e);
    }
  }

  private static String renderSize(long bytes) {
    for (int i = 0; i < SIZES.length; i++) {
      if (bytes > 0 && bytes % SIZES[i] == 0) {
        return bytes / SIZES[i] + SIZE_UNITS[i];
      }
    }
    return String.valueOf(bytes);
  }

  private static Duration parseDuration(String text) {
    try {
      return ConfigValueFactory.fromAnyRef(text).atKey("duration").getDuration("duration");
    } catch (ConfigException e) {
      throw new IllegalArgumentException(e);
    }
  }

  private static String renderDuration(Duration duration) {
    if (duration.toNanos() % 1_000_000 != 0) {
      return duration.toNanos() + "ns";
    }
    return duration.toMillis() % 1000 == 0
        ? duration.toSeconds() + "s"
        : duration.toMillis() + "ms";
  }

  private static List<String> items(String text) {
    return Arrays.stream(text.split(",", -1))
        .map(String::strip)
        .filter(item -> !item.isEmpty())
        .toList();
  }

  private static Map<String, String> parseLabels(String text) {
    Map<String, String> labels = new TreeMap<>();
    for (String item : items(text)) {
      int equals = item.indexOf('=');
      if (equals < 0) {
        throw new IllegalArgumentException();
      }
      labels.put(item.substring(0, equals).strip(), item.substring(equals + 1).strip());
    }
    return labels;
  }

  private static String renderLabels(Map<String, String> labels) {
    return new TreeMap<>(labels)
        .entrySet().stream()
            .map(label -> label.getKey() + "=" + label.getValue())
            .collect(Collectors.joining(","));
  }

  private static boolean validLabels(Map<String, String> labels) {
    return labels.size() <= 64
        && labels.entrySet().stream()
            .allMatch(
                label ->
                    LABEL.matcher(label.getKey()).matches()
                        && LABEL.matcher(label.getValue()).matches());
  }
}
