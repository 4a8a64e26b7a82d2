/** Links between nodes: calls, load reports and deployments over long-lived HTTP/2 connections. */
@NullMarked
package dev.brink.mesh.link;

import org.jspecify.annotations.NullMarked;
