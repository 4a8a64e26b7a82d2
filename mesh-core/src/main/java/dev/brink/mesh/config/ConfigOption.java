package dev.brink.mesh.config;

/**
 * One thing that can be configured.
 *
 * @param name its key in a file: {@code ingress.port}
 * @param environment its environment variable: {@code BRINK_INGRESS_PORT}
 * @param defaultValue as a file would say it; empty for none
 * @param expected which values it takes
 * @param secret whether its value must not be printed
 */
public record ConfigOption(
    String name, String environment, String defaultValue, String expected, boolean secret) {}
