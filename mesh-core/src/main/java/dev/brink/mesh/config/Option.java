package dev.brink.mesh.config;

import java.util.Locale;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** Ties an option's name to its type and to its place in {@link NodeConfig}. */
record Option<T>(
    String name,
    ValueType<T> type,
    boolean secret,
    Getter<T> getter,
    BiConsumer<NodeConfig.Builder, T> setter) {

  /** Where an option's value is; {@code null} when it has none. */
  interface Getter<T> {
    @Nullable T get(NodeConfig config);
  }

  static <T> Option<T> of(
      String name, ValueType<T> type, Getter<T> get, BiConsumer<NodeConfig.Builder, T> set) {
    return new Option<>(name, type, false, get, set);
  }

  Option<T> asSecret() {
    return new Option<>(name, type, true, getter, setter);
  }

  String environment() {
    return "BRINK_" + name.replace('.', '_').replace('-', '_').toUpperCase(Locale.ROOT);
  }

  void set(NodeConfig.Builder builder, String text) {
    T value;
    try {
      value = type.parse().apply(text.strip());
    } catch (IllegalArgumentException _) {
      throw bad(text);
    }
    if (!type.valid().test(value)) {
      throw bad(text);
    }
    setter.accept(builder, value);
  }

  void check(NodeConfig config) {
    T value = getter.get(config);
    if (value != null && !type.valid().test(value)) {
      throw bad(type.render().apply(value));
    }
  }

  String text(NodeConfig config) {
    T value = getter.get(config);
    return value == null ? "" : type.render().apply(value);
  }

  ConfigOption described(NodeConfig defaults) {
    return new ConfigOption(name, environment(), text(defaults), type.expected(), secret);
  }

  private InvalidConfigException bad(String text) {
    return InvalidConfigException.of(name, secret ? "***" : Printable.of(text), type.expected());
  }
}
