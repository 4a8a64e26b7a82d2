package dev.brink.mesh.wire;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.util.JsonFormat;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/** Messages in their JSON mapping. A whole number has no fraction: {@code 5}, not {@code 5.0}. */
public final class AdminJson {
  private static final JsonFormat.Printer COMPACT =
      JsonFormat.printer().omittingInsignificantWhitespace();
  private static final JsonFormat.Printer COMPLETE =
      JsonFormat.printer().alwaysPrintFieldsWithNoPresence();
  private static final JsonFormat.Parser STRICT = JsonFormat.parser();
  private static final JsonFormat.Parser LENIENT = JsonFormat.parser().ignoringUnknownFields();

  /** By type of message; there are few. */
  private static final ConcurrentMap<Descriptor, JsonFormat.Printer> ANSWERS =
      new ConcurrentHashMap<>();

  /** One line, without the fields that have their default. */
  public static String compact(Message message) {
    return print(COMPACT, message);
  }

  /** One line, as {@link #compact}, but a list is there when it is empty too: {@code []}. */
  public static String answer(Message message) {
    return print(
        ANSWERS.computeIfAbsent(message.getDescriptorForType(), AdminJson::withLists), message);
  }

  /** Indented, with every field, for programs that read the command line's output. */
  public static String complete(Message message) {
    return print(COMPLETE, message);
  }

  /**
   * Reads what this version must understand wholly, such as a request.
   *
   * @throws IllegalArgumentException if the text is not the JSON of this message, or has a field it
   *     does not know; the message says which
   */
  public static <B extends Message.Builder> B parse(String json, B into) {
    return parse(STRICT, json, into);
  }

  /**
   * Reads what a newer version may have sent, passing over fields this one does not know.
   *
   * @throws IllegalArgumentException if the text is not the JSON of this message
   */
  public static <B extends Message.Builder> B parseLeniently(String json, B into) {
    return parse(LENIENT, json, into);
  }

  private static <B extends Message.Builder> B parse(
      JsonFormat.Parser parser, String json, B into) {
    try {
      parser.merge(json, into);
      return into;
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalArgumentException(e.getMessage(), e);
    }
  }

  private static JsonFormat.Printer withLists(Descriptor type) {
    var lists = new HashSet<FieldDescriptor>();
    collectLists(type, lists, new HashSet<>());
    return lists.isEmpty() ? COMPACT : COMPACT.includingDefaultValueFields(lists);
  }

  private static void collectLists(
      Descriptor type, Set<FieldDescriptor> lists, Set<Descriptor> seen) {
    if (!seen.add(type)) {
      return;
    }
    for (FieldDescriptor field : type.getFields()) {
      if (field.isRepeated() && !field.isMapField()) {
        lists.add(field);
      }
      if (field.getJavaType() == FieldDescriptor.JavaType.MESSAGE) {
        collectLists(field.getMessageType(), lists, seen);
      }
    }
  }

  private static String print(JsonFormat.Printer printer, Message message) {
    try {
      return WholeNumbers.in(printer.print(message));
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException("message: no JSON mapping", e);
    }
  }

  private AdminJson() {}
}
