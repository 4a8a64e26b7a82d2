package dev.brink.mesh.config;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigList;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigOrigin;
import com.typesafe.config.ConfigParseOptions;
import com.typesafe.config.ConfigSyntax;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueType;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Reads a HOCON file; each error names the file and the line. */
final class FileReader {
  private final Path file;
  private final NodeConfig.Builder builder;

  private FileReader(Path file, NodeConfig.Builder builder) {
    this.file = file;
    this.builder = builder;
  }

  static void read(Path file, NodeConfig.Builder builder) {
    if (!Files.isReadable(file) || Files.isDirectory(file)) {
      throw InvalidConfigException.of("config", file.toString(), "a readable file");
    }
    Config config;
    try {
      ConfigParseOptions options =
          ConfigParseOptions.defaults().setSyntax(ConfigSyntax.CONF).setAllowMissing(false);
      // What it includes is looked for beside it, which has to be told.
      config = ConfigFactory.parseFile(file.toAbsolutePath().toFile(), options).resolve();
    } catch (ConfigException e) {
      throw new InvalidConfigException(Printable.of(String.valueOf(e.getMessage())));
    }
    new FileReader(file, builder).object("", config.root());
  }

  private void object(String prefix, ConfigObject object) {
    List<Map.Entry<String, ConfigValue>> inOrder = new ArrayList<>(object.entrySet());
    inOrder.sort(Comparator.comparingInt(entry -> entry.getValue().origin().lineNumber()));
    for (Map.Entry<String, ConfigValue> entry : inOrder) {
      value(prefix + entry.getKey(), entry.getValue());
    }
  }

  private void value(String name, ConfigValue value) {
    Option<?> option = Options.find(name);
    if (option != null) {
      set(option, value);
    } else if (value instanceof ConfigObject inner && Options.isSection(name)) {
      object(name + ".", inner);
    } else if (Options.isSection(name)) {
      throw at(value, name + ": " + shown(value) + " (expected: an object)");
    } else {
      throw at(value, Options.unknown(name));
    }
  }

  private void set(Option<?> option, ConfigValue value) {
    if (value.valueType() == ConfigValueType.NULL) {
      return;
    }
    try {
      option.set(builder, text(value));
    } catch (InvalidConfigException e) {
      throw at(value, String.valueOf(e.getMessage()));
    }
  }

  /** As an environment variable would say it. */
  private static String text(ConfigValue value) {
    return switch (value) {
      case ConfigList list -> list.stream().map(FileReader::text).collect(Collectors.joining(","));
      case ConfigObject labels ->
          labels.entrySet().stream()
              .map(label -> label.getKey() + "=" + text(label.getValue()))
              .collect(Collectors.joining(","));
      default -> String.valueOf(value.unwrapped());
    };
  }

  private static String shown(ConfigValue value) {
    return Printable.of(text(value));
  }

  private InvalidConfigException at(ConfigValue value, String message) {
    ConfigOrigin origin = value.origin();
    String name =
        origin.filename() == null ? file.toString() : new File(origin.filename()).getName();
    return new InvalidConfigException(name + ":" + origin.lineNumber() + ": " + message);
  }
}
