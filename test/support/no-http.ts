import { createServer, type Server } from 'node:http';
import { AbstractHttpAdapter } from '@nestjs/core';

/** For hybrid applications of which no test asks anything by HTTP. */
export class NoHttp extends AbstractHttpAdapter<Server> {
  override initHttpServer(): void {
    this.httpServer = createServer();
  }
  override getType(): string {
    return 'none';
  }
  override close(): void {}
  override useStaticAssets(): void {}
  override setViewEngine(): void {}
  override getRequestHostname(): void {}
  override getRequestMethod(): void {}
  override getRequestUrl(): void {}
  override status(): void {}
  override reply(): void {}
  override end(): void {}
  override render(): void {}
  override redirect(): void {}
  override setErrorHandler(): void {}
  override setNotFoundHandler(): void {}
  override isHeadersSent(): void {}
  override getHeader(): void {}
  override setHeader(): void {}
  override appendHeader(): void {}
  override registerParserMiddleware(): void {}
  override enableCors(): void {}
  override createMiddlewareFactory(): () => void {
    return () => undefined;
  }
  override applyVersionFilter(): () => () => void {
    return () => () => undefined;
  }
}
