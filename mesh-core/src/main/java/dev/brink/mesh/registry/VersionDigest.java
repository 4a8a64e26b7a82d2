package dev.brink.mesh.registry;

import com.google.protobuf.CodedOutputStream;
import dev.brink.mesh.proto.FunctionVersion;
import dev.brink.mesh.proto.Module;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;

/**
 * The name of a function version: the SHA-256 of its content. The content is the message without
 * its digest, modules sorted by path, serialised deterministically.
 */
public final class VersionDigest {
  /** The version with its modules in order and its digest set. */
  public static FunctionVersion seal(FunctionVersion version) {
    List<Module> sorted =
        version.getModulesList().stream().sorted(Comparator.comparing(Module::getPath)).toList();
    FunctionVersion content =
        version.toBuilder().clearDigest().clearModules().addAllModules(sorted).build();
    return content.toBuilder().setDigest(of(content)).build();
  }

  /** Whether a version that came from elsewhere is what its digest says. */
  public static boolean matches(FunctionVersion version) {
    return of(version.toBuilder().clearDigest().build()).equals(version.getDigest());
  }

  private static String of(FunctionVersion content) {
    byte[] bytes = new byte[content.getSerializedSize()];
    CodedOutputStream out = CodedOutputStream.newInstance(bytes);
    out.useDeterministicSerialization();
    try {
      content.writeTo(out);
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  private VersionDigest() {}
}
