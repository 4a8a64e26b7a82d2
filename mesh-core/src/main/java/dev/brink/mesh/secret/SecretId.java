package dev.brink.mesh.secret;

import dev.brink.mesh.deploy.DeploymentException;
import java.util.regex.Pattern;

/** Which secret: a name in the {@code env} of a function. Says nothing of its value. */
public record SecretId(String tenant, String function, String name) {
  private static final Pattern OWNER = Pattern.compile("[a-z0-9]([a-z0-9_-]{0,61}[a-z0-9])?");
  private static final Pattern NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_]{0,63}");

  /**
   * @throws DeploymentException {@code invalid-secret}, when one of them cannot be
   */
  public SecretId {
    checkOwner(tenant, function);
    if (!NAME.matcher(name).matches()) {
      throw invalid("name", name, "1 to 64 of A-Z, a-z, 0-9 and _, no digit first");
    }
  }

  /** The reverse of {@link #key}. */
  public static SecretId parse(String key) {
    String[] parts = key.split("/", -1);
    if (parts.length != 3) {
      throw invalid("key", key, "TENANT/FUNCTION/NAME");
    }
    return new SecretId(parts[0], parts[1], parts[2]);
  }

  /**
   * Refuses what is no tenant's and function's name.
   *
   * @throws DeploymentException {@code invalid-secret}
   */
  public static void checkOwner(String tenant, String function) {
    owner("tenant", tenant);
    owner("function", function);
  }

  private static void owner(String what, String value) {
    if (!OWNER.matcher(value).matches()) {
      throw invalid(what, value, "1 to 63 of a-z, 0-9, - and _, not - or _ at the ends");
    }
  }

  /** A refusal of what was given. */
  public static DeploymentException invalid(String what, String given, String expected) {
    return new DeploymentException(
        "invalid-secret", what + ": " + given + " (expected: " + expected + ")", false);
  }

  /** What it is stored under. */
  public String key() {
    return prefix(tenant, function) + name;
  }

  /** What the keys of all secrets of a function begin with, and no others. */
  public static String prefix(String tenant, String function) {
    return tenant + "/" + function + "/";
  }
}
