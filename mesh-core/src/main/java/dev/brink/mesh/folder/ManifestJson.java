package dev.brink.mesh.folder;

import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import dev.brink.mesh.proto.FunctionFile;
import dev.brink.mesh.wire.AdminJson;
import java.io.IOException;
import java.io.StringReader;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Reads a manifest's text, and says what is wrong with it, where, and what was expected. */
final class ManifestJson {
  private static final int MAX_DEPTH = 32;
  private static final Pattern UNKNOWN_FIELD =
      Pattern.compile("Cannot find field: (\\S+) in message (\\S+)");
  private static final Pattern UNKNOWN_VALUE =
      Pattern.compile("Invalid enum value: (.+) for enum type: (\\S+)");

  /**
   * The manifest.
   *
   * @throws IllegalArgumentException if it is no JSON, has a key twice, or one that is not known,
   *     or a value that is not the key's
   */
  static FunctionFile read(String json) {
    check(json);
    try {
      return AdminJson.parse(json, FunctionFile.newBuilder()).build();
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(explain(firstLine(e)), e);
    }
  }

  /** What the mapping to a message passes over, or says less of. */
  private static void check(String json) {
    try (var reader = new JsonReader(new StringReader(json))) {
      if (reader.peek() != JsonToken.BEGIN_OBJECT) {
        throw new IllegalArgumentException("not a JSON object (expected: {…})");
      }
      check(reader, 0);
      if (reader.peek() != JsonToken.END_DOCUMENT) {
        throw new IllegalArgumentException("something follows the JSON (expected: one object)");
      }
    } catch (IOException | IllegalStateException | NumberFormatException e) {
      throw new IllegalArgumentException("not JSON: " + firstLine(e), e);
    }
  }

  private static void check(JsonReader reader, int depth) throws IOException {
    if (depth > MAX_DEPTH) {
      throw new IllegalArgumentException(
          reader.getPath() + ": more than " + MAX_DEPTH + " levels deep (expected: fewer)");
    }
    switch (reader.peek()) {
      case BEGIN_OBJECT -> {
        reader.beginObject();
        Set<String> keys = new HashSet<>();
        while (reader.hasNext()) {
          String key = reader.nextName();
          if (!keys.add(key)) {
            throw new IllegalArgumentException(
                reader.getPath().substring("$.".length()) + ": twice (expected: each key once)");
          }
          check(reader, depth + 1);
        }
        reader.endObject();
      }
      case BEGIN_ARRAY -> {
        reader.beginArray();
        while (reader.hasNext()) {
          check(reader, depth + 1);
        }
        reader.endArray();
      }
      default -> reader.skipValue();
    }
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
    return value.find() ? value.group(1) + values(value.group(2)) : message;
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
