/** The admin port: the deployment API over HTTP, health and metrics. */
@NullMarked
package dev.brink.mesh.admin;

import org.jspecify.annotations.NullMarked;
