import { goQuote } from '../format/quote';
import { AnyNode, PipeNode } from './nodes';

/** The node as it could stand in a template; error messages show it. */
export function printNode(node: AnyNode): string {
  switch (node.kind) {
    case 'text':
      return node.text;
    case 'list':
      return node.nodes.map(printNode).join('');
    case 'action':
      return `{{${printPipe(node.pipe)}}}`;
    case 'if':
    case 'with':
    case 'range':
      return [
        `{{${node.kind} ${printPipe(node.pipe)}}}`,
        printNode(node.list),
        node.otherwise ? `{{else}}${printNode(node.otherwise)}` : '',
        '{{end}}',
      ].join('');
    case 'break':
    case 'continue':
    case 'else':
    case 'end':
      return `{{${node.kind}}}`;
    case 'template':
      return `{{template ${goQuote(node.name)}${
        node.pipe ? ` ${printPipe(node.pipe)}` : ''
      }}}`;
    case 'pipe':
      return printPipe(node);
    case 'command':
      return node.args.map(printOperand).join(' ');
    case 'field':
      return node.names.map(name => `.${name}`).join('');
    case 'variable':
      return node.names.join('.');
    case 'chain':
      return [printOperand(node.node), ...node.names].join('.');
    case 'identifier':
      return node.name;
    case 'dot':
      return '.';
    case 'nil':
      return 'nil';
    case 'bool':
      return String(node.value);
    case 'string':
      return node.quoted;
    case 'number':
      return node.text;
    default:
      return '';
  }
}

function printOperand(node: AnyNode): string {
  return node.kind === 'pipe' ? `(${printPipe(node)})` : printNode(node);
}

function printPipe(pipe: PipeNode): string {
  const declared = pipe.declared.map(printNode).join(', ');
  const commands = pipe.commands.map(printNode).join(' | ');
  return declared
    ? `${declared} ${pipe.isAssign ? '=' : ':='} ${commands}`
    : commands;
}
