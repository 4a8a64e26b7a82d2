/**
 * The WebSocket protocol, RFC 6455, on plain data: frames, messages, the opening and the closing
 * handshake. Knows neither guests nor sockets; time is passed in.
 */
@NullMarked
package dev.brink.exec.websocket;

import org.jspecify.annotations.NullMarked;
