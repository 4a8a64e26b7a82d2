package dev.brink.mesh.config;

import java.nio.file.Path;

/**
 * What nodes prove themselves to each other with.
 *
 * @param certificate PEM, the chain from the leaf on
 * @param key PEM, PKCS#8, not encrypted
 * @param ca PEM, the authorities whose certificates are accepted
 */
public record MutualTls(Path certificate, Path key, Path ca) {}
