package dev.brink.exec.binding;

import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How values of one Java type look in JSON: strings, numbers, booleans, enums by their names,
 * {@link Instant}s as ISO 8601, lists and sets, maps by strings, records by their components,
 * {@code Optional} as null or not, {@code Object} as it comes.
 */
final class JsonType {
  private static final Map<Class<?>, Class<?>> BOXES =
      Map.of(
          boolean.class, Boolean.class,
          int.class, Integer.class,
          long.class, Long.class,
          double.class, Double.class);
  private static final Set<Class<?>> PLAIN =
      Set.of(
          Object.class,
          String.class,
          Boolean.class,
          Integer.class,
          Long.class,
          Double.class,
          Instant.class);
  private static final double MAX_EXACT = 1L << 53;

  private final Class<?> type;
  private final List<JsonType> arguments;
  private final boolean primitive;
  private final Map<String, JsonType> components;

  private JsonType(
      Class<?> type,
      List<JsonType> arguments,
      boolean primitive,
      Map<String, JsonType> components) {
    this.type = type;
    this.arguments = arguments;
    this.primitive = primitive;
    this.components = components;
  }

  /**
   * @throws IllegalArgumentException for a type that has no form in JSON
   */
  static JsonType of(Type type) {
    return of(type, 0);
  }

  private static JsonType of(Type type, int depth) {
    if (depth > 32) {
      throw unsupported(type);
    }
    if (type instanceof ParameterizedType generic && generic.getRawType() instanceof Class<?> raw) {
      var arguments = new ArrayList<JsonType>();
      for (Type argument : generic.getActualTypeArguments()) {
        arguments.add(of(argument, depth + 1));
      }
      boolean map = raw == Map.class && arguments.getFirst().type == String.class;
      if (raw == List.class || raw == Set.class || raw == Optional.class || map) {
        return new JsonType(raw, List.copyOf(arguments), false, Map.of());
      }
      throw unsupported(type);
    }
    if (!(type instanceof Class<?> plain)) {
      throw unsupported(type);
    }
    Class<?> box = BOXES.getOrDefault(plain, plain);
    if (PLAIN.contains(box) || box.isEnum()) {
      return new JsonType(box, List.of(), plain.isPrimitive(), Map.of());
    }
    if (!box.isRecord()) {
      throw unsupported(type);
    }
    var components = new LinkedHashMap<String, JsonType>();
    for (RecordComponent component : box.getRecordComponents()) {
      components.put(component.getName(), of(component.getGenericType(), depth + 1));
    }
    return new JsonType(box, List.of(), false, components);
  }

  /**
   * The Java value of a JSON one.
   *
   * @param where names the value in errors
   * @throws BindingException of kind {@code TYPE} when it is of another type
   */
  @Nullable Object read(@Nullable Object json, String where) {
    if (type == Optional.class) {
      return json == null
          ? Optional.empty()
          : Optional.ofNullable(arguments.getFirst().read(json, where));
    }
    if (json == null) {
      if (primitive) {
        throw wrong(null, where);
      }
      return null;
    }
    if (type == Object.class || type == Boolean.class || type == String.class) {
      if (!type.isInstance(json)) {
        throw wrong(json, where);
      }
      return json;
    }
    if (Number.class.isAssignableFrom(type)) {
      return number(json, where);
    }
    if (type == Instant.class || type.isEnum()) {
      return named(json, where);
    }
    return type.isRecord() ? record(json, where) : many(json, where);
  }

  private Object number(Object json, String where) {
    if (!(json instanceof Double number)) {
      throw wrong(json, where);
    }
    if (type == Double.class) {
      return number;
    }
    double least = type == Integer.class ? Integer.MIN_VALUE : -MAX_EXACT;
    double most = type == Integer.class ? Integer.MAX_VALUE : MAX_EXACT;
    if (number != Math.rint(number) || number < least || number > most) {
      throw wrong(json, where);
    }
    if (type == Integer.class) {
      return number.intValue();
    }
    return number.longValue();
  }

  private Object named(Object json, String where) {
    if (!(json instanceof String text)) {
      throw wrong(json, where);
    }
    if (type.isEnum()) {
      for (Object constant : type.getEnumConstants()) {
        if (((Enum<?>) constant).name().equals(text)) {
          return constant;
        }
      }
      throw wrong(json, where);
    }
    try {
      return Instant.parse(text);
    } catch (DateTimeParseException e) {
      throw wrong(json, where);
    }
  }

  private Object many(Object json, String where) {
    if (type == Map.class && json instanceof Map<?, ?> given) {
      var map = new LinkedHashMap<String, @Nullable Object>();
      given.forEach(
          (key, value) ->
              map.put(String.valueOf(key), arguments.getLast().read(value, where + "." + key)));
      return map;
    }
    if (type == Map.class || !(json instanceof List<?> given)) {
      throw wrong(json, where);
    }
    var items = new ArrayList<@Nullable Object>();
    for (Object item : given) {
      items.add(arguments.getFirst().read(item, where + "[" + items.size() + "]"));
    }
    return type == Set.class ? new LinkedHashSet<>(items) : items;
  }

  private Object record(Object json, String where) {
    if (!(json instanceof Map<?, ?> given)) {
      throw wrong(json, where);
    }
    var values = new ArrayList<@Nullable Object>();
    components.forEach(
        (name, component) -> values.add(component.read(given.get(name), where + "." + name)));
    try {
      Constructor<?> constructor = type.getDeclaredConstructors()[0];
      for (Constructor<?> each : type.getDeclaredConstructors()) {
        if (each.getParameterCount() == components.size() && isCanonical(each)) {
          constructor = each;
        }
      }
      constructor.setAccessible(true);
      return constructor.newInstance(values.toArray());
    } catch (InvocationTargetException e) {
      throw BindingException.type(where + ": not a valid value");
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  private boolean isCanonical(Constructor<?> constructor) {
    RecordComponent[] all = type.getRecordComponents();
    for (int i = 0; i < all.length; i++) {
      if (constructor.getParameterTypes()[i] != all[i].getType()) {
        return false;
      }
    }
    return true;
  }

  /**
   * The JSON value of a Java one. What is behind {@code Object} is written as the type that it has.
   *
   * @throws IllegalArgumentException for a {@code long} that a function's number cannot hold
   */
  @Nullable Object write(@Nullable Object value) {
    return switch (value) {
      case null -> null;
      case Optional<?> maybe -> item().write(maybe.orElse(null));
      case Enum<?> constant -> constant.name();
      case Instant instant -> instant.toString();
      case List<?> items -> writeAll(items);
      case Set<?> items -> writeAll(items);
      case Map<?, ?> map -> writeMap(map);
      case Record record when type == Object.class -> of(record.getClass()).writeRecord(record);
      case Record record -> writeRecord(record);
      case Long whole when !isExact(whole) ->
          throw new IllegalArgumentException(
              "value: " + whole + " (expected: at most 2^53 - 1, or a String)");
      default -> value;
    };
  }

  private List<@Nullable Object> writeAll(Iterable<?> items) {
    var all = new ArrayList<@Nullable Object>();
    for (Object item : items) {
      all.add(item().write(item));
    }
    return all;
  }

  private Map<String, @Nullable Object> writeMap(Map<?, ?> map) {
    var all = new LinkedHashMap<String, @Nullable Object>();
    map.forEach((key, value) -> all.put(String.valueOf(key), item().write(value)));
    return all;
  }

  /** Whether no other whole number is the same number of a function. */
  private static boolean isExact(long value) {
    return value < MAX_EXACT && value > -MAX_EXACT;
  }

  /** The type of what a list, a set, a map or an {@code Optional} has; itself behind Object. */
  private JsonType item() {
    return arguments.isEmpty() ? this : arguments.getLast();
  }

  private Map<String, @Nullable Object> writeRecord(Record record) {
    var all = new LinkedHashMap<String, @Nullable Object>();
    try {
      for (RecordComponent component : type.getRecordComponents()) {
        JsonType of = components.get(component.getName());
        if (of != null) {
          component.getAccessor().setAccessible(true);
          all.put(component.getName(), of.write(component.getAccessor().invoke(record)));
        }
      }
      return all;
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  private BindingException wrong(@Nullable Object json, String where) {
    String given =
        switch (json) {
          case null -> "null";
          case String _ -> "a string";
          case Double _ -> "a number";
          case Boolean _ -> "a boolean";
          case List<?> _ -> "a list";
          default -> "an object";
        };
    return BindingException.type(where + ": " + given + " (expected: " + expected() + ")");
  }

  /** What a function's author calls the type. */
  private String expected() {
    if (type == String.class) {
      return "a string";
    } else if (type == Boolean.class) {
      return "a boolean";
    } else if (type == Integer.class || type == Long.class) {
      return "an integer";
    } else if (type == Double.class) {
      return "a number";
    } else if (type == Instant.class) {
      return "a time in ISO 8601";
    } else if (type.isEnum()) {
      var names = new ArrayList<String>();
      for (Object constant : type.getEnumConstants()) {
        names.add(((Enum<?>) constant).name());
      }
      return String.join(", ", names);
    }
    return type == List.class || type == Set.class ? "a list" : "an object";
  }

  private static IllegalArgumentException unsupported(Type type) {
    return new IllegalArgumentException(
        "type: "
            + type.getTypeName()
            + " (expected: a string, number, boolean, enum, Instant, record, List, Set, Map by"
            + " String, Optional or Object)");
  }
}
