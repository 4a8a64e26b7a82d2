package dev.brink.mesh.client;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import dev.brink.mesh.deploy.DeploymentException;
import dev.brink.mesh.wire.AdminJson;
import java.util.Map;

/** Reads RFC 9457 problem details. */
final class AdminProblem {
  /**
   * The exception a problem stands for.
   *
   * @param body the problem's JSON; whatever else it is, the status tells
   * @param retryAfter whether the answer says when to try again
   */
  static DeploymentException of(int status, String body, boolean retryAfter) {
    Map<String, Value> members = members(body);
    String code = text(members, "code", status == 401 ? "unauthorized" : "http-" + status);
    String detail = text(members, "detail", text(members, "title", "the node answered " + status));
    boolean retryable =
        members.containsKey("retryable")
            ? members.get("retryable").getBoolValue()
            : retryAfter || status == 429 || status == 503;
    return new DeploymentException(code, detail, retryable);
  }

  private static Map<String, Value> members(String body) {
    try {
      return AdminJson.parse(body, Struct.newBuilder()).getFieldsMap();
    } catch (IllegalArgumentException _) {
      return Map.of();
    }
  }

  private static String text(Map<String, Value> members, String name, String otherwise) {
    String value = members.getOrDefault(name, Value.getDefaultInstance()).getStringValue();
    return value.isEmpty() ? otherwise : value;
  }

  private AdminProblem() {}
}
