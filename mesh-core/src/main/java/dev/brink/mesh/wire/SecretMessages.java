package dev.brink.mesh.wire;

import dev.brink.mesh.deploy.SecretInfo;
import dev.brink.mesh.deploy.Secrets.Resealed;
import dev.brink.mesh.proto.ResealAnswer;
import dev.brink.mesh.proto.SecretList;
import dev.brink.mesh.proto.SecretView;
import java.time.Instant;
import java.util.List;

/** What is said of secrets, as messages. */
public final class SecretMessages {
  public static SecretList toProto(List<SecretInfo> secrets) {
    SecretList.Builder list = SecretList.newBuilder();
    secrets.forEach(
        secret ->
            list.addSecrets(
                SecretView.newBuilder()
                    .setName(secret.name())
                    .setUpdatedMs(secret.updated().toEpochMilli())));
    return list.build();
  }

  public static List<SecretInfo> fromProto(SecretList list) {
    return list.getSecretsList().stream()
        .map(
            secret -> new SecretInfo(secret.getName(), Instant.ofEpochMilli(secret.getUpdatedMs())))
        .toList();
  }

  public static ResealAnswer toProto(Resealed resealed) {
    return ResealAnswer.newBuilder()
        .setResealed(resealed.resealed())
        .setUnreadable(resealed.unreadable())
        .build();
  }

  public static Resealed fromProto(ResealAnswer answer) {
    return new Resealed(answer.getResealed(), answer.getUnreadable());
  }

  private SecretMessages() {}
}
