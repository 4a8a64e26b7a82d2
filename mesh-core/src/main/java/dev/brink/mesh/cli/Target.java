package dev.brink.mesh.cli;

import dev.brink.mesh.deploy.DeploymentSpec;

/** What a deployment is called on the command line: {@code NAME} or {@code TENANT/NAME}. */
record Target(String tenant, String name) {
  static Target parse(String text) {
    int slash = text.indexOf('/');
    Target target =
        slash < 0
            ? new Target(DeploymentSpec.DEFAULT_TENANT, text)
            : new Target(text.substring(0, slash), text.substring(slash + 1));
    if (target.tenant.isEmpty() || target.name.isEmpty() || target.name.indexOf('/') >= 0) {
      throw new UsageException("name: " + text + " (expected: NAME or TENANT/NAME)");
    }
    return target;
  }

  /** As {@link #parse} reads it. */
  static String of(String tenant, String name) {
    return tenant.equals(DeploymentSpec.DEFAULT_TENANT) ? name : tenant + "/" + name;
  }
}
