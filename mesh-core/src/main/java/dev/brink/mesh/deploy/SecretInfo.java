package dev.brink.mesh.deploy;

import java.time.Instant;

/**
 * A secret, without its value.
 *
 * @param name the property of {@code env}
 * @param updated when it got its value
 */
public record SecretInfo(String name, Instant updated) {}
