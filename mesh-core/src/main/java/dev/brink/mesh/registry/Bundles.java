package dev.brink.mesh.registry;

import dev.brink.exec.FunctionBundle;
import dev.brink.exec.FunctionLimits;
import dev.brink.mesh.proto.FunctionVersion;
import dev.brink.mesh.proto.Manifest;
import dev.brink.mesh.proto.Module;
import dev.brink.mesh.wire.SampleMessages;
import dev.brink.mesh.wire.SpecMessages;
import java.util.HashMap;
import java.util.Map;

/** Function versions as the runtime takes them. */
public final class Bundles {
  private static final int SHORT_DIGEST = 12;

  /**
   * The bundle of a version; its name is {@code tenant/name@} and the digest's beginning.
   *
   * @param defaults for limits that its manifest does not set
   * @param bindings makes what its manifest asks the host for
   */
  public static FunctionBundle of(
      FunctionVersion version, FunctionLimits defaults, HostBindings bindings) {
    Manifest manifest = version.getManifest();
    Map<String, byte[]> modules = HashMap.newHashMap(version.getModulesCount());
    for (Module module : version.getModulesList()) {
      modules.put(module.getPath(), module.getContent().toByteArray());
    }
    String digest = version.getDigest();
    FunctionBundle bundle =
        new FunctionBundle(
                version.getTenant()
                    + "/"
                    + version.getName()
                    + "@"
                    + digest.substring(0, Math.min(SHORT_DIGEST, digest.length())),
                manifest.getMain(),
                modules,
                SpecMessages.limits(manifest.getLimits(), defaults),
                manifest.getVariablesMap(),
                manifest.getServicesMap().keySet())
            .withVersion(digest)
            .withOwner(version.getTenant())
            .withBindings(bindings.of(version))
            .withCaches(bindings.caches(version))
            .withIsolation(SpecMessages.isolation(manifest.getIsolation()))
            .withSamples(SampleMessages.fromProto(manifest.getSamplesList()));
    return manifest.getEval() ? bundle.withEval() : bundle;
  }

  private Bundles() {}
}
