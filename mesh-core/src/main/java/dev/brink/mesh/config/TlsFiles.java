package dev.brink.mesh.config;

import java.nio.file.Path;

/**
 * A server's certificate.
 *
 * @param certificate PEM, the chain from the leaf on
 * @param key PEM, PKCS#8, not encrypted
 */
public record TlsFiles(Path certificate, Path key) {}
