package dev.brink.mesh.admin;

import com.google.protobuf.Message;
import dev.brink.mesh.deploy.DeploymentException;
import dev.brink.mesh.deploy.Secrets;
import dev.brink.mesh.http.Problem;
import dev.brink.mesh.http.ProblemException;
import dev.brink.mesh.wire.SecretMessages;
import io.netty.handler.codec.http.HttpMethod;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/**
 * Functions' secrets over the admin API: {@code /v1/secrets/TENANT/FUNCTION} lists names, {@code
 * /v1/secrets/TENANT/FUNCTION/NAME} is put, with the value as the body, and deleted; {@code POST
 * /v1/secrets/reseal} follows a change of keys. No answer has a value. Methods block.
 */
final class SecretResource {
  /**
   * Answers a request.
   *
   * @param rest the path's decoded segments after {@code /v1/secrets}
   * @return what there is to say; empty for 204
   */
  static Optional<Message> answer(
      Secrets secrets, HttpMethod method, List<String> rest, byte[] body) {
    if (rest.equals(List.of("reseal"))) {
      AdminHandler.require(method, HttpMethod.POST);
      return Optional.of(SecretMessages.toProto(secrets.reseal()));
    }
    return switch (rest.size()) {
      case 2 -> {
        AdminHandler.require(method, HttpMethod.GET);
        yield Optional.of(SecretMessages.toProto(secrets.list(rest.get(0), rest.get(1))));
      }
      case 3 -> {
        change(secrets, method, rest, body);
        yield Optional.empty();
      }
      default ->
          throw new ProblemException(
              Problem.of(
                  404,
                  "not-found",
                  "path: /v1/secrets/"
                      + String.join("/", rest)
                      + " (expected: /v1/secrets/TENANT/FUNCTION or"
                      + " /v1/secrets/TENANT/FUNCTION/NAME)"));
    };
  }

  private static void change(Secrets secrets, HttpMethod method, List<String> rest, byte[] body) {
    String name = rest.get(2);
    if (method.equals(HttpMethod.PUT)) {
      secrets.put(rest.get(0), rest.get(1), name, text(body));
      return;
    }
    if (!method.equals(HttpMethod.DELETE)) {
      throw new ProblemException(
          Problem.of(
              405, "method-not-allowed", "method: " + method + " (expected: PUT or DELETE)"));
    }
    if (!secrets.delete(rest.get(0), rest.get(1), name)) {
      throw new DeploymentException(
          "secret-not-found",
          "name: " + name + " (expected: a secret of " + rest.get(0) + "/" + rest.get(1) + ")",
          false);
    }
  }

  private static String text(byte[] body) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(body)).toString();
    } catch (CharacterCodingException _) {
      throw new DeploymentException(
          "invalid-secret", "value: " + body.length + " bytes (expected: text in UTF-8)", false);
    }
  }

  private SecretResource() {}
}
