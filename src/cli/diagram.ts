import { Argument, Command, Option } from 'commander';
import { getOrderDiagram } from '#contracts/http/gateway.ts';
import { asOperator, type OperatorOptions, operatorOptions, problemText } from './operator.ts';

export const diagramCommand = new Command('diagram')
  .description('Print the Mermaid diagram of what really happened to an order.')
  .addArgument(new Argument('<orderId>', 'for instance ord_0199…'))
  .addOption(new Option('--view <view>', 'which diagram').choices(['sequence', 'dynamic']).default('sequence'))
  .action(async (orderId: string, _own, command: Command) => {
    const options = command.opts<OperatorOptions & { view: 'sequence' | 'dynamic' }>();
    const diagram = await asOperator(options, async (client, token) => {
      const reply = await client.request(
        getOrderDiagram,
        { params: { id: orderId }, query: { view: options.view } },
        { token },
      );
      if (reply.status !== 200) throw new Error(problemText(reply.body));
      return reply.body as string;
    });
    process.stdout.write(diagram);
  });

for (const option of operatorOptions) diagramCommand.addOption(option);
