package dev.brink.mesh;

import dev.brink.cache.CachePolicy;
import dev.brink.mesh.deploy.OriginSpec;
import java.nio.file.Path;

/** Three nodes that have one site, a folder of an origin's, in their cache. */
record CachedSite(TestMesh mesh, Site site) implements AutoCloseable {
  static final int NODES = 3;

  /**
   * Starts the nodes.
   *
   * @param folder of the origin, such as {@code files}
   */
  static CachedSite start(Path directory, CountingOrigin origin, String folder, CachePolicy policy)
      throws Exception {
    return start(directory, origin, folder, policy, (index, config) -> {});
  }

  /** The same, of nodes each with options of its own. */
  static CachedSite start(
      Path directory,
      CountingOrigin origin,
      String folder,
      CachePolicy policy,
      TestMesh.Options options)
      throws Exception {
    TestMesh mesh = TestMesh.start(directory, NODES, options);
    try {
      mesh.node(0)
          .deployments()
          .deploy(
              OriginSpec.builder(folder)
                  .server(origin.uri())
                  .route("/" + folder + "/*")
                  .cache(policy)
                  .build());
      return new CachedSite(mesh, Site.of(mesh));
    } catch (Exception | Error e) {
      mesh.close();
      throw e;
    }
  }

  @Override
  public void close() {
    try (mesh) {
      site.close();
    }
  }
}
