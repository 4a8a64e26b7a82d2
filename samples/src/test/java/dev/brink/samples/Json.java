package dev.brink.samples;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import com.google.protobuf.util.JsonFormat;
import java.net.http.HttpResponse;

/** Reads JSON objects. */
final class Json {
  static Struct of(HttpResponse<String> response) throws InvalidProtocolBufferException {
    Struct.Builder fields = Struct.newBuilder();
    JsonFormat.parser().merge(response.body(), fields);
    return fields.build();
  }

  /** The value at a path of keys; an error when there is none. */
  static Value value(Struct object, String... keys) {
    Value value = Value.newBuilder().setStructValue(object).build();
    for (String key : keys) {
      value = value.getStructValue().getFieldsOrThrow(key);
    }
    return value;
  }

  static String text(Struct object, String... keys) {
    return value(object, keys).getStringValue();
  }

  static double number(Struct object, String... keys) {
    return value(object, keys).getNumberValue();
  }

  private Json() {}
}
