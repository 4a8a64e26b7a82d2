package dev.brink.mesh.cli;

import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigValueFactory;
import java.time.Duration;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Durations as in the configuration: {@code 500ms}, {@code 30s}, {@code 1m}. */
final class DurationText implements ITypeConverter<Duration> {
  @Override
  public Duration convert(String text) {
    try {
      Duration duration = ConfigValueFactory.fromAnyRef(text).atKey("time").getDuration("time");
      if (duration.isPositive()) {
        return duration;
      }
    } catch (ConfigException _) {
      // Refused below, as a duration that is not positive.
    }
    throw new TypeConversionException("'" + text + "' (expected: such as 500ms, 30s or 1m)");
  }
}
