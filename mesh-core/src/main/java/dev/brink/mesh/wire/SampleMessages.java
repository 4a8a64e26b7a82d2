package dev.brink.mesh.wire;

import dev.brink.exec.SampleRequest;
import dev.brink.mesh.deploy.DeploymentException;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/** A function's sample requests as messages. */
public final class SampleMessages {
  static List<dev.brink.mesh.proto.SampleRequest> toProto(List<SampleRequest> samples) {
    return samples.stream()
        .map(
            sample ->
                dev.brink.mesh.proto.SampleRequest.newBuilder()
                    .setMethod(sample.method())
                    .setUrl(sample.url())
                    .putAllHeaders(new TreeMap<>(sample.headers()))
                    .setBody(sample.body())
                    .build())
        .toList();
  }

  /**
   * Samples from their messages.
   *
   * @throws DeploymentException for one that is not valid; the message names it
   */
  public static List<SampleRequest> fromProto(List<dev.brink.mesh.proto.SampleRequest> messages) {
    var samples = new ArrayList<SampleRequest>(messages.size());
    for (dev.brink.mesh.proto.SampleRequest message : messages) {
      try {
        samples.add(
            new SampleRequest(
                message.getMethod(), message.getUrl(), message.getHeadersMap(), message.getBody()));
      } catch (IllegalArgumentException e) {
        throw new DeploymentException(
            "invalid-deployment", "samples[" + samples.size() + "]." + e.getMessage(), false);
      }
    }
    return samples;
  }

  private SampleMessages() {}
}
