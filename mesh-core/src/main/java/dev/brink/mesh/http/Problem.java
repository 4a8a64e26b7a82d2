package dev.brink.mesh.http;

/**
 * An error a client is told of: RFC 9457 problem details with a stable code.
 *
 * @param status the HTTP status
 * @param code stable, kebab-case, for programs: {@code route-not-found}
 * @param detail one sentence for people: names the value and what was expected, no internals
 * @param retryAfterSeconds value of {@code Retry-After}, 0 for none
 */
public record Problem(int status, String code, String detail, int retryAfterSeconds) {
  public static Problem of(int status, String code, String detail) {
    return new Problem(status, code, detail, 0);
  }
}
