package dev.brink.mesh.deploy;

import java.util.List;

/** What to deploy: a function or a pool of origins. */
public sealed interface DeploymentSpec permits FunctionSpec, OriginSpec {
  /** The tenant's name in names that leave the tenant out. */
  String DEFAULT_TENANT = "default";

  String tenant();

  String name();

  /**
   * Patterns of requests that come here: {@code [HOST]/PATH}. The host is exact, {@code
   * *.example.com} or absent for any; a path segment {@code :name} matches one segment and a last
   * {@code *} any rest. {@code /shop/*}, {@code api.example.com/v1/:user}.
   */
  List<String> routes();
}
