package dev.brink.mesh.folder;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import dev.brink.mesh.proto.FunctionFile;
import dev.brink.mesh.wire.AdminJson;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Reads a manifest's text, and says what is wrong with it, where, and what was expected. */
final class ManifestJson {
  /** All that matters for where keys are: brackets, commas, strings, and comments, to pass over. */
  private static final Pattern TOKEN =
      Pattern.compile("[{}\\[\\],]|\"(?:[^\"\\\\]|\\\\.)*+\"|(?://|#)[^\\n]*+|/\\*(?s:.*?)\\*/");

  private static final Pattern UNKNOWN_FIELD =
      Pattern.compile("Cannot find field: (\\S+) in message (\\S+)");
  private static final Pattern UNKNOWN_VALUE =
      Pattern.compile("Invalid enum value: (.+) for enum type: (\\S+)");

  private static final Pattern NO_OBJECT = Pattern.compile("^Expect message object but got: (.*)");

  /** The reader's own words follow the name of its exception. */
  private static final Pattern SYNTAX = Pattern.compile("^(?:\\w+\\.)+\\w+Exception: ");

  /**
   * The manifest.
   *
   * @throws IllegalArgumentException if it is no JSON, has a key twice, or one that is not known,
   *     or a value that is not the key's
   */
  static FunctionFile read(String json) {
    FunctionFile manifest;
    try {
      manifest = AdminJson.parse(json, FunctionFile.newBuilder()).build();
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(explain(firstLine(e)), e);
    }
    String twice = twice(json);
    if (twice != null) {
      throw new IllegalArgumentException(twice + ": twice (expected: each key once)");
    }
    return manifest;
  }

  /** An object with the keys that it had so far, or an array, which has none. */
  private record Open(boolean object, Set<String> keys) {}

  /** The first key that an object has for a second time, which the mapping to a message takes. */
  private static @Nullable String twice(String json) {
    Deque<Open> open = new ArrayDeque<>();
    boolean key = false;
    Matcher token = TOKEN.matcher(json);
    while (token.find()) {
      String text = token.group();
      switch (text.charAt(0)) {
        case '{' -> {
          open.push(new Open(true, new HashSet<>()));
          key = true;
        }
        case '[' -> {
          open.push(new Open(false, Set.of()));
          key = false;
        }
        case '}', ']' -> {
          open.poll();
          key = false;
        }
        case ',' -> key = !open.isEmpty() && open.element().object;
        case '"' -> {
          if (key && !open.element().keys.add(text)) {
            return text.substring(1, text.length() - 1);
          }
          key = false;
        }
        default -> {
          // A comment.
        }
      }
    }
    return null;
  }

  private static String firstLine(Exception e) {
    String message = String.valueOf(e.getMessage());
    return message.lines().findFirst().orElse(message);
  }

  private static String explain(String message) {
    Matcher field = UNKNOWN_FIELD.matcher(message);
    if (field.find()) {
      return field.group(1) + ": unknown key" + keys(field.group(2));
    }
    Matcher value = UNKNOWN_VALUE.matcher(message);
    if (value.find()) {
      return value.group(1) + values(value.group(2));
    }
    Matcher other = NO_OBJECT.matcher(message);
    if (other.find()) {
      return other.group(1) + " (expected: an object, {\"name\": …})";
    }
    Matcher syntax = SYNTAX.matcher(message);
    return syntax.find() ? "not JSON: " + message.substring(syntax.end()) : message;
  }

  private static String keys(String holder) {
    return fields().stream()
        .map(FieldDescriptor::getContainingType)
        .filter(type -> type.getFullName().equals(holder))
        .findFirst()
        .map(type -> expected(type.getFields().stream().map(FieldDescriptor::getJsonName)))
        .orElse("");
  }

  /** Whose value it can be, and the values that are known. */
  private static String values(String type) {
    return fields().stream()
        .filter(field -> field.getJavaType() == FieldDescriptor.JavaType.ENUM)
        .filter(field -> field.getEnumType().getFullName().equals(type))
        .findFirst()
        .map(
            field ->
                ": no value of "
                    + field.getJsonName()
                    + expected(
                        field.getEnumType().getValues().stream().map(EnumValueDescriptor::getName)))
        .orElse("");
  }

  private static String expected(Stream<String> names) {
    return names.collect(Collectors.joining(", ", " (expected: ", ")"));
  }

  /** All that a manifest may have, at any depth. */
  private static Set<FieldDescriptor> fields() {
    Set<FieldDescriptor> fields = new LinkedHashSet<>();
    add(FunctionFile.getDescriptor(), fields);
    return fields;
  }

  private static void add(Descriptor type, Set<FieldDescriptor> fields) {
    for (FieldDescriptor field : type.getFields()) {
      if (fields.add(field) && field.getJavaType() == FieldDescriptor.JavaType.MESSAGE) {
        add(field.getMessageType(), fields);
      }
    }
  }

  private ManifestJson() {}
}
